package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Stability;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.error.DeadlineException;
import org.jspecify.annotations.Nullable;

/**
 * Knows what is stable and makes more so. One thread flushes, for all who wait: whoever asks while
 * a flush is running is served by the next one.
 *
 * <p>S, the largest stable number: it and all below it were completely written before a flush was
 * issued that succeeded. It is <em>recorded</em> once a stamp or a header that names it was itself
 * flushed; only then may anything be overwritten that a recovery to an earlier point would need.
 *
 * <p>A flush that fails is never followed by another one that is believed: the volume goes
 * read-only, since what the failed one lost is not known.
 */
final class Durability {
  private final List<BlockDevice> units;
  private final History history;
  private final Thread thread;
  private final Object monitor = new Object();

  // Guarded by the monitor.
  private long asked;
  private long done;
  private boolean stopped;
  private boolean running;
  private boolean started;
  private @Nullable IOException failure;

  private volatile long stable;
  private volatile long recorded;
  private volatile long named;
  private volatile long flushes;

  /**
   * @param stable what is stable at the start, known to be so by the volume record
   */
  Durability(BlockDevice device, History history, long stable) {
    this.units = device instanceof ConcatDevice c ? c.parts() : List.of(device);
    this.history = history;
    this.stable = stable;
    this.recorded = stable;
    this.named = stable;
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-flush").unstarted(this::run);
  }

  /** Largest stable commit number. */
  long stable() {
    return stable;
  }

  /** Largest stable number that something flushed names. */
  long recorded() {
    return recorded;
  }

  /** A stamp or header that was just written names {@code g} as stable. */
  void named(long g) {
    synchronized (monitor) {
      named = Math.max(named, g);
    }
  }

  long flushes() {
    return flushes;
  }

  /** Why nothing can be made durable any more, or null. */
  @Nullable IOException failure() {
    synchronized (monitor) {
      return failure;
    }
  }

  /**
   * Returns once everything written before the call is durable.
   *
   * @param deadline System.nanoTime() value
   */
  void flush(long deadline) throws IOException {
    synchronized (monitor) {
      startOnce();
      // The flush that is running, if any, may have begun before what the caller wrote.
      long want = running ? done + 2 : done + 1;
      asked = Math.max(asked, want);
      monitor.notifyAll();
      while (done < want) {
        refuse();
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new DeadlineException("the device did not finish a flush in time; try again");
        }
        Waiting.on(monitor, left, "waiting for a flush");
      }
      refuse();
    }
  }

  /** Returns once {@code g} is stable. */
  void stable(long g, long deadline) throws IOException {
    while (stable < g) {
      flush(deadline);
      if (stable < g && System.nanoTime() > deadline) {
        throw new DeadlineException("a commit of another chunk is not finished yet; try again");
      }
    }
  }

  /** The thread begins with the first one who asks: an image that is only read needs none. */
  private void startOnce() {
    if (!started) {
      started = true;
      thread.start();
    }
  }

  private void refuse() throws IOException {
    if (failure != null) {
      throw new IOException("a flush failed: " + failure.getMessage(), failure);
    }
    if (stopped) {
      throw new IOException("the volume has been closed");
    }
  }

  private void run() {
    while (true) {
      synchronized (monitor) {
        while (asked <= done && !stopped) {
          Waiting.quietly(monitor);
        }
        if (stopped) {
          return;
        }
        running = true;
      }
      long covered = history.allWritten();
      long naming = named;
      IOException failed = null;
      try {
        for (BlockDevice unit : units) {
          unit.flush();
        }
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException | Error e) {
        failed = new IOException("flushing failed: " + e, e);
      }
      synchronized (monitor) {
        running = false;
        if (failed == null) {
          done++;
          flushes++;
          stable = Math.max(stable, covered);
          recorded = Math.max(recorded, naming);
        } else {
          failure = failed;
        }
        monitor.notifyAll();
        if (failed != null) {
          return;
        }
      }
    }
  }

  /** Answers all who wait; a flush that is running is left alone. */
  void stop() {
    synchronized (monitor) {
      stopped = true;
      monitor.notifyAll();
    }
  }

  /** What the checkpoint of a chunk needs to know; it stamps in that chunk's ring. */
  Stability forCheckpoint(ChunkSlot slot, Chunk chunk, long deadline) {
    return new Stability() {
      @Override
      public long flushedStable() {
        return recorded;
      }

      @Override
      public void settle(long g) throws IOException {
        if (recorded >= g) {
          return;
        }
        Durability.this.stable(g, deadline);
        chunk.lock().lockWrite(deadline);
        try {
          stamp(slot, chunk);
        } finally {
          chunk.lock().unlockWrite();
        }
        Durability.this.flush(deadline);
      }

      @Override
      public void flush() throws IOException {
        Durability.this.flush(deadline);
      }

      @Override
      public long stable() {
        return stable;
      }

      @Override
      public void named(long g) {
        Durability.this.named(g);
      }
    };
  }

  /** Writes a stamp in a ring, under its write lock. */
  void stamp(ChunkSlot slot, Chunk chunk) throws IOException {
    long s = stable;
    if (chunk.ring().stamp(s)) {
      slot.unstampedSince = 0;
      named(s);
    }
  }

  /** A stamp before the next commit, if the last flush covered commits of this ring. */
  void stampIfCovered(ChunkSlot slot, Chunk chunk) throws IOException {
    if (slot.unstampedSince != 0 && slot.unstampedSince <= stable) {
      stamp(slot, chunk);
    }
  }
}
