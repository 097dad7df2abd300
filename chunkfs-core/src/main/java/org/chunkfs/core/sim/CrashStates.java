package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;

/**
 * The contents that a crash could have left on a recorded device.
 *
 * <p><em>Process death</em> after event k: all writes up to k are there. <em>Power loss</em> after
 * event k: what was written before the last flush that had succeeded by then began is there; of
 * each 512-byte sector written later, in the open window, any one of the versions is, the old one
 * included. Within that freedom the states are drawn from a seed, by several ways of losing that
 * hardware has: everything, the end, single writes, whole writes out of order, sectors.
 */
public final class CrashStates {
  /** The unit in which a power loss keeps or loses. */
  public static final int SECTOR = 512;

  private final List<Recording.Event> events;

  /** The device with all writes before {@link #at}. */
  private final MemoryDevice rolling;

  private int at;

  /** The device with what is durable for sure at {@link #at}. */
  private final MemoryDevice durable;

  private int durableUntil;

  /** Starts before the first event. */
  public CrashStates(Recording recording) {
    this.events = recording.events();
    this.rolling = recording.start().snapshot();
    this.durable = recording.start().snapshot();
  }

  /** Number of events. */
  public int size() {
    return events.size();
  }

  /** The event just before which {@link #advance} has come. */
  public int position() {
    return at;
  }

  /**
   * Goes on to just before event {@code to}, which may be {@link #size()}: forward only.
   *
   * @return false if no event since was a write, so that the states are those of before
   */
  public boolean advance(int to) throws IOException {
    if (to < at) {
      throw new IllegalArgumentException("from " + at + " back to " + to);
    }
    boolean changed = false;
    for (; at < to; at++) {
      switch (events.get(at)) {
        case Recording.Write w -> {
          apply(rolling, w);
          changed = true;
        }
        case Recording.FlushEnd end -> makeDurable(end.id());
        case Recording.FlushBegin _, Recording.Mark _ -> {}
      }
    }
    return changed;
  }

  private void makeDurable(long flush) throws IOException {
    int begin = at;
    while (!(events.get(begin) instanceof Recording.FlushBegin b && b.id() == flush)) {
      begin--;
    }
    for (; durableUntil < begin; durableUntil++) {
      if (events.get(durableUntil) instanceof Recording.Write w) {
        apply(durable, w);
      }
    }
  }

  private static void apply(MemoryDevice to, Recording.Write w) throws IOException {
    to.write(w.position(), ByteBuffer.wrap(w.bytes()));
  }

  /** What is left if the process dies here. */
  public MemoryDevice processDeath() {
    return rolling.snapshot();
  }

  /** The writes that a loss of power here may lose, oldest first. */
  public List<Recording.Write> window() {
    List<Recording.Write> window = new ArrayList<>();
    for (int i = durableUntil; i < at; i++) {
      if (events.get(i) instanceof Recording.Write w) {
        window.add(w);
      }
    }
    return window;
  }

  /**
   * What may be left if power is lost here.
   *
   * @param seed chooses; the same seed, the same state
   */
  public MemoryDevice powerLoss(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<Recording.Write> window = window();
    MemoryDevice left = durable.snapshot();
    int n = window.size();
    switch (random.nextInt(8)) {
      case 0 -> {} // everything is lost
      case 1 -> { // the end is lost, its first write is torn
        int whole = random.nextInt(n + 1);
        for (int i = 0; i < whole; i++) {
          apply(left, window.get(i));
        }
        if (whole < n) {
          tear(left, window.get(whole), random);
        }
      }
      case 2 -> { // one write is lost
        int lost = n == 0 ? 0 : random.nextInt(n);
        for (int i = 0; i < n; i++) {
          if (i != lost) {
            apply(left, window.get(i));
          }
        }
      }
      case 3 -> { // one write is torn
        int torn = n == 0 ? 0 : random.nextInt(n);
        for (int i = 0; i < n; i++) {
          if (i == torn) {
            tear(left, window.get(i), random);
          } else {
            apply(left, window.get(i));
          }
        }
      }
      case 4 -> { // only one write arrived
        if (n > 0) {
          apply(left, window.get(random.nextInt(n)));
        }
      }
      case 5 -> { // whole writes, at random, in any order
        List<Recording.Write> some = new ArrayList<>(window);
        some.removeIf(_ -> random.nextBoolean());
        for (int i = some.size() - 1; i > 0; i--) {
          some.add(some.remove(random.nextInt(i + 1)));
        }
        for (Recording.Write w : some) {
          apply(left, w);
        }
      }
      case 6 -> { // few sectors are lost
        int share = 2 + random.nextInt(30);
        for (Recording.Write w : window) {
          sectors(left, w, random, share);
        }
      }
      default -> { // every sector for itself
        for (Recording.Write w : window) {
          tear(left, w, random);
        }
      }
    }
    return left;
  }

  /**
   * What is left if of the window exactly the writes survive whose bit is set in {@code kept}: for
   * going through all subsets of a small window.
   */
  public MemoryDevice powerLossKeeping(long kept) throws IOException {
    MemoryDevice left = durable.snapshot();
    List<Recording.Write> window = window();
    for (int i = 0; i < window.size(); i++) {
      if ((kept >>> i & 1) != 0) {
        apply(left, window.get(i));
      }
    }
    return left;
  }

  private static void tear(MemoryDevice to, Recording.Write w, SplittableRandom random)
      throws IOException {
    sectors(to, w, random, 2);
  }

  /** Writes the sectors of a write but for about one in {@code share}. */
  private static void sectors(
      MemoryDevice to, Recording.Write w, SplittableRandom random, int share) throws IOException {
    byte[] bytes = w.bytes();
    for (int from = 0; from < bytes.length; ) {
      int until = (int) Math.min(bytes.length, from + SECTOR - (w.position() + from) % SECTOR);
      if (random.nextInt(share) != 0) {
        to.write(w.position() + from, ByteBuffer.wrap(bytes, from, until - from));
      }
      from = until;
    }
  }
}
