package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.device.Workers;
import org.chunkfs.core.volume.VolumeState.Reason;

/**
 * Brings chunks back that were fenced because their device hung, once everything that was on its
 * way to it has returned. Nothing is wrong with such a chunk that its recovery does not mend; if it
 * does not come back, or hangs again soon, it is tried at longer and longer intervals.
 */
final class Restarts {
  private static final long FIRST_NANOS = 1_000_000_000L;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /** Brings a chunk back. */
  interface Bringer {
    void online(int chunk) throws IOException;
  }

  /** The tries for one chunk; looked at by the watchdog only, but for its end. */
  private static final class Tries {
    long wait = FIRST_NANOS;
    long last = System.nanoTime();
    volatile boolean running;
  }

  private final Chunks chunks;
  private final Bringer bringer;
  private final Map<Integer, Tries> tries = new HashMap<>();

  Restarts(Chunks chunks, Bringer bringer) {
    this.chunks = chunks;
    this.bringer = bringer;
  }

  /** Looks at a chunk, now and then; never waits. */
  void look(ChunkSlot slot) {
    if (slot.state != ChunkState.FENCED || slot.out.reason() != Reason.HUNG) {
      return;
    }
    Tries of = tries.computeIfAbsent(slot.id, _ -> new Tries());
    long quiet = System.nanoTime() - of.last;
    if (of.running || quiet < of.wait || !chunks.drained(slot)) {
      return;
    }
    of.wait = quiet > 2 * LONGEST_NANOS ? FIRST_NANOS : Math.min(2 * of.wait, LONGEST_NANOS);
    of.last = System.nanoTime();
    of.running = true;
    Workers.start("chunkfs-restart", () -> bring(slot.id, of));
  }

  private void bring(int chunk, Tries of) {
    try {
      bringer.online(chunk);
    } catch (IOException e) {
      // It says why in its status; the next try comes later, if it still only hung.
    } finally {
      of.running = false;
    }
  }
}
