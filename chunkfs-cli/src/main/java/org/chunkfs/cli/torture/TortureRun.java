package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureRound;
import org.jspecify.annotations.Nullable;

/**
 * Runs kinds of torture, some rounds at once, until the time is over or enough has been tried of
 * each. The kind that has had the least time comes next.
 */
public final class TortureRun {
  private final long seed;
  private final Limits limits;
  private final Path work;
  private final LongSupplier nanoTime;
  private final Listener listener;
  private final List<Tally> tallies;

  // Guarded by this.
  private @Nullable IOException failure;
  private boolean stopped;

  /**
   * Where to begin and when to stop.
   *
   * @param nanos time to spend; rounds that have begun are ended
   * @param tried states or cases of each kind after which no round of it begins
   * @param broken broken promises of a kind after which no round of it begins
   * @param first number of the first round of each kind
   * @param rounds rounds of each kind
   */
  public record Limits(long nanos, long tried, int broken, long first, long rounds) {
    /** From the first round on, however many. */
    public Limits(long nanos, long tried, int broken) {
      this(nanos, tried, broken, 0, Long.MAX_VALUE);
    }
  }

  /** Is told what happens, by any thread. */
  public interface Listener {
    /** A round has ended. */
    void ended(Tally tally);

    /** A promise was broken; called before the image of the case is given up. */
    void broken(TortureCase failed) throws IOException;
  }

  /**
   * @param work a directory that rounds may work in
   * @param nanoTime a clock that only moves forward, in nanoseconds
   */
  public TortureRun(
      List<TortureKind> kinds,
      long seed,
      Limits limits,
      Path work,
      LongSupplier nanoTime,
      Listener listener) {
    this.seed = seed;
    this.limits = limits;
    this.work = work;
    this.nanoTime = nanoTime;
    this.listener = listener;
    this.tallies = kinds.stream().map(kind -> new Tally(kind, limits.first)).toList();
  }

  /**
   * Runs it.
   *
   * @param workers rounds at once
   * @throws IOException if a kind cannot be run at all
   */
  public List<Tally> run(int workers) throws IOException {
    long until = nanoTime.getAsLong() + limits.nanos;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Path own = Files.createDirectory(work.resolve("worker-" + i));
      threads.add(Thread.ofPlatform().name("torture-" + i).daemon().start(() -> work(until, own)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
    for (int i = 0; i < workers; i++) {
      Files.deleteIfExists(work.resolve("worker-" + i));
    }
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
    }
    return tallies;
  }

  /** Begins no more rounds; those that have begun are ended. */
  public synchronized void stop() {
    stopped = true;
  }

  private void work(long until, Path own) {
    for (Tally next = next(until); next != null; next = next(until)) {
      long from = nanoTime.getAsLong();
      try {
        TortureRound round = next.kind().round(seed, next.begin(), own);
        next.end(round, nanoTime.getAsLong() - from);
        TortureCase broken = round.broken();
        if (broken != null) {
          next.broken(broken);
          listener.broken(broken);
        }
        listener.ended(next);
      } catch (IOException | RuntimeException | Error e) {
        fail(
            new IOException(
                "%s, seed %d: %s".formatted(next.kind().name(), seed, e.getMessage()), e));
        return;
      }
    }
  }

  private synchronized void fail(IOException e) {
    failure = failure == null ? e : failure;
  }

  private synchronized @Nullable Tally next(long until) {
    if (stopped || failure != null || nanoTime.getAsLong() >= until) {
      return null;
    }
    return tallies.stream()
        .filter(t -> t.tried() < limits.tried && t.broken().size() < limits.broken)
        .filter(t -> t.begun() < limits.rounds)
        .min(Comparator.comparingLong(Tally::nanos))
        .orElse(null);
  }
}
