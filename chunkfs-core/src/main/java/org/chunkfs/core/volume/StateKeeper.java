package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the volume record up to date, on a thread of its own, so that a fence costs no request
 * anything. What has to wait for the record being durable is run after it.
 */
final class StateKeeper {
  private final VolumeRecords records;
  private final boolean readOnly;
  private final Thread thread;

  // Guarded by this.
  private VolumeState state;
  private final List<VolumeState.Void> voids;
  private final List<Runnable> afterwards = new ArrayList<>();
  private @Nullable Supplier<TreeMap<Integer, VolumeState.Out>> pending;
  private boolean stopped;
  private @Nullable IOException failure;
  private boolean writing;
  private boolean started;

  StateKeeper(VolumeRecords records, VolumeState state, boolean readOnly) {
    this.records = records;
    this.state = state;
    this.voids = new ArrayList<>(state.voids());
    this.readOnly = readOnly;
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-state").unstarted(this::run);
  }

  synchronized VolumeState state() {
    return new VolumeState(
        state.sequence(),
        state.epoch(),
        state.bootId(),
        state.opened(),
        state.out(),
        List.copyOf(voids),
        state.decisions(),
        state.absents(),
        state.scrub(),
        state.sound());
  }

  synchronized boolean isVoid(int chunk, long g) {
    return voids.contains(new VolumeState.Void(chunk, g));
  }

  /** Something about the chunks out of service changed. */
  synchronized void changed(Supplier<TreeMap<Integer, VolumeState.Out>> out) {
    pending = out;
    if (!started) {
      started = true;
      thread.start();
    }
    notifyAll();
  }

  /** Commits became void in chunks; {@code then} runs when that is durable. */
  synchronized void voided(
      Supplier<TreeMap<Integer, VolumeState.Out>> out, List<VolumeState.Void> more, Runnable then) {
    voids.addAll(more);
    afterwards.add(then);
    changed(out);
  }

  /** A chunk is back, with a ring that was emptied: its voids are history. */
  synchronized void returned(Supplier<TreeMap<Integer, VolumeState.Out>> out, int chunk) {
    List<VolumeState.Void> left = VolumeState.withoutChunk(voids, chunk);
    voids.clear();
    voids.addAll(left);
    state = state.returned(chunk);
    changed(out);
  }

  /**
   * Entries that make no sense are left out from now on.
   *
   * @param chunks so many there are
   */
  synchronized void tidy(int chunks) {
    state = state().sensible(chunks);
    voids.clear();
    voids.addAll(state.voids());
  }

  /** The background check has come to a place. */
  synchronized void scrubbed(
      Supplier<TreeMap<Integer, VolumeState.Out>> out, VolumeState.Scrub position) {
    state =
        new VolumeState(
            state.sequence(),
            state.epoch(),
            state.bootId(),
            state.opened(),
            state.out(),
            state.voids(),
            state.decisions(),
            state.absents(),
            position,
            state.sound());
    changed(out);
  }

  /** Waits until everything so far is durable, at most {@code millis}. */
  synchronized void settle(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    while ((pending != null || writing) && !stopped && failure == null) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      Waiting.quietly(this, left);
    }
  }

  private void run() {
    while (true) {
      VolumeState next;
      List<Runnable> then;
      synchronized (this) {
        while (pending == null && !stopped) {
          Waiting.quietly(this);
        }
        Supplier<TreeMap<Integer, VolumeState.Out>> out = pending;
        if (stopped || out == null) {
          return;
        }
        pending = null;
        writing = true;
        next = state.next(out.get(), List.copyOf(voids));
        state = next; // at once: what changes during the write goes into the one after it
        then = List.copyOf(afterwards);
        afterwards.clear();
      }
      IOException failed = null;
      try {
        if (!readOnly) {
          records.write(next);
        }
      } catch (IOException e) {
        failed = e;
      }
      synchronized (this) {
        writing = false;
        failure = failed;
        notifyAll();
      }
      if (failed == null) {
        // Where the record could not be written, what depends on it stays undone: nothing more
        // becomes stable.
        then.forEach(Runnable::run);
      }
    }
  }

  synchronized void stop() {
    stopped = true;
    notifyAll();
  }
}
