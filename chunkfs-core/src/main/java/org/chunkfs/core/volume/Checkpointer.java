package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.chunk.Checkpoint;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.device.Errand;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.journal.Ring;
import org.jspecify.annotations.Nullable;

/**
 * Runs checkpoints and periodic flushes in the background: a ring's when it is filled to the
 * option's share, the fullest one's when all of them together hold too much or too many blocks are
 * in memory, and every ring's that has been quiet for a while.
 */
final class Checkpointer {
  private static final long IDLE_NANOS = 10_000_000_000L;
  private static final long TICK_MILLIS = 250;

  /** For a background checkpoint's waits. */
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  /** How long the next chunk waits for a background checkpoint before it has its own beside it. */
  private static final long TURN_NANOS = 100_000_000L;

  private final VolumeOptions options;
  private final Durability durability;
  private final History history;
  private final Thread thread;
  private final AtomicLong unflushed = new AtomicLong();
  private final AtomicLong checkpoints = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private @Nullable Chunks chunks;
  private volatile boolean stopped;
  private volatile boolean work;
  private final Object wake = new Object();

  /** Where the next eviction begins; the checkpointer's thread's alone. */
  private int evictFrom;

  Checkpointer(VolumeOptions options, Durability durability, History history) {
    this.options = options;
    this.durability = durability;
    this.history = history;
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-checkpoint").unstarted(this::run);
  }

  void start(Chunks of) {
    chunks = of;
    if (!options.readOnly()) {
      thread.start();
    }
  }

  void stop() {
    stopped = true;
    wake();
  }

  /** After {@link #stop}: waits for what it is about, but not for long. */
  void await() {
    Waiting.forEnd(thread);
  }

  private void wake() {
    synchronized (wake) {
      work = true;
      wake.notifyAll();
    }
  }

  long checkpoints() {
    return checkpoints.get();
  }

  long failures() {
    return failures.get();
  }

  /** A record was appended, under the chunk's write lock. */
  void appended(ChunkSlot slot, Chunk chunk) {
    Ring ring = chunk.ring();
    slot.journalUsed = ring.usedBytes();
    if (!work && slot.journalUsed * 100 > (long) slot.ringBytes() * options.checkpointPercent()) {
      wake();
    }
  }

  /** Data was written. */
  void wroteData(long bytes) {
    if (unflushed.addAndGet(bytes) > options.flushBytes() && !work) {
      wake();
    }
  }

  /** A block was read into memory. */
  void loaded() {
    Chunks all = chunks;
    if (all != null && all.resident().sum() > options.cacheBlocks() && !work) {
      wake();
    }
  }

  private Chunks started() {
    Chunks all = chunks;
    if (all == null) {
      throw new IllegalStateException("not started");
    }
    return all;
  }

  /** Returns once the ring of a chunk has room again. */
  void makeRoom(Chunk chunk, long deadline) throws IOException {
    ChunkSlot slot = started().slot(chunk.id());
    if (slot.current != chunk) {
      throw new ChunkUnavailableException(
          chunk.id(), "chunk " + chunk.id() + " was taken out of service; try again");
    }
    run(slot, chunk, deadline);
  }

  /** Checkpoints a chunk; one at a time for each. */
  void run(ChunkSlot slot, Chunk chunk, long deadline) throws IOException {
    Chunks all = started();
    long before = slot.checkpoints;
    slot.acquireCheckpoint(deadline);
    try {
      if (slot.checkpoints != before && slot.current == chunk) {
        return; // somebody else's did it meanwhile
      }
      Checkpoint checkpoint =
          new Checkpoint(
              chunk, all.voids(), durability.forCheckpoint(slot, chunk, deadline), deadline);
      if (checkpoint.run()) {
        slot.checkpoints++;
        checkpoints.incrementAndGet();
      }
      slot.journalUsed = chunk.ring().usedBytes();
    } finally {
      slot.releaseCheckpoint();
    }
  }

  /** Writes both headers and roots of a chunk anew from memory, and leaves its ring empty. */
  void renew(ChunkSlot slot, Chunk chunk, long deadline) throws IOException {
    Chunks all = started();
    for (int copy = 0; copy < 2; copy++) {
      slot.acquireCheckpoint(deadline);
      try {
        new Checkpoint(
                chunk, all.voids(), durability.forCheckpoint(slot, chunk, deadline), deadline)
            .run(true);
        slot.checkpoints++;
        slot.journalUsed = chunk.ring().usedBytes();
      } finally {
        slot.releaseCheckpoint();
      }
    }
    checkpoint(slot, chunk, true, deadline);
  }

  private void run() {
    long lastFlush = System.nanoTime();
    while (!stopped) {
      synchronized (wake) {
        if (!work && !stopped) {
          Waiting.quietly(wake, TICK_MILLIS);
        }
        work = false;
      }
      Chunks all = chunks;
      if (stopped || all == null || durability.failure() != null) {
        return;
      }
      try {
        long now = System.nanoTime();
        if (now - lastFlush > options.flushInterval().toNanos()
            || unflushed.get() > options.flushBytes()) {
          unflushed.set(0);
          lastFlush = now;
          if (durability.stable() < history.last()) {
            durability.flush(now + PATIENCE_NANOS);
          }
        }
        checkpointWhatIsFull(all);
        evict(all);
      } catch (IOException e) {
        failures.incrementAndGet();
      }
    }
  }

  private void checkpointWhatIsFull(Chunks all) throws IOException {
    long total = 0;
    ChunkSlot fullest = null;
    for (int i = 0; i < all.count() && !stopped; i++) {
      ChunkSlot slot = all.slot(i);
      if (slot.current == null || slot.journalUsed == 0) {
        continue;
      }
      boolean full = slot.journalUsed * 100 > (long) slot.ringBytes() * options.checkpointPercent();
      boolean idle = quiet(slot);
      if (full || idle) {
        checkpoint(all, slot);
      }
      total += slot.journalUsed;
      if (fullest == null || slot.journalUsed > fullest.journalUsed) {
        fullest = slot;
      }
    }
    boolean crowded = all.resident().sum() > options.cacheBlocks() * 5L / 4;
    if (fullest != null && (total > options.journalBytes() || crowded)) {
      checkpoint(all, fullest);
    }
  }

  private static boolean quiet(ChunkSlot slot) {
    long now = System.nanoTime();
    if (slot.quietG != slot.lastG) {
      slot.quietG = slot.lastG;
      slot.quietSince = now;
      return false;
    }
    return now - slot.quietSince > IDLE_NANOS;
  }

  private void checkpoint(Chunks all, ChunkSlot slot) throws IOException {
    Chunk chunk = slot.current;
    if (chunk == null) {
      return;
    }
    if (slot.checkpointsItself.getAndSet(true)) {
      return; // the last one has not come back
    }
    boolean empty = quiet(slot);
    long now = System.nanoTime();
    Errand.run(
        "chunkfs-checkpoint-" + slot.id,
        () -> checkpointAlone(all, slot, chunk, empty),
        () -> System.nanoTime() - now > TURN_NANOS);
  }

  /** On a thread of its own: a device that hangs keeps that one, and the other chunks' go on. */
  private void checkpointAlone(Chunks all, ChunkSlot slot, Chunk chunk, boolean empty) {
    try {
      checkpoint(slot, chunk, empty, System.nanoTime() + PATIENCE_NANOS);
    } catch (IOException e) {
      all.judge(e);
      failures.incrementAndGet();
    } finally {
      slot.checkpointsItself.set(false);
    }
  }

  /**
   * Checkpoints a chunk.
   *
   * @param empty whether the checkpoint's own records are to be taken out of the ring too
   */
  void checkpoint(ChunkSlot slot, Chunk chunk, boolean empty, long deadline) throws IOException {
    run(slot, chunk, deadline);
    if (empty && slot.journalUsed > 0) {
      run(slot, chunk, deadline);
    }
    started().afterCheckpoint(chunk, deadline);
  }

  /** Empties all journals, as far as the chunks serve. */
  void settle(long deadline) throws IOException {
    Chunks all = started();
    for (int i = 0; i < all.count(); i++) {
      ChunkSlot slot = all.slot(i);
      Chunk chunk = slot.current;
      // A checkpoint leaves its own records in the ring; the next one has none to make.
      for (int round = 0; chunk != null && round < 3 && slot.journalUsed > 0; round++) {
        run(slot, chunk, deadline);
        all.afterCheckpoint(chunk, deadline);
      }
    }
  }

  /** Live bytes of all journals. */
  long journalUsed() {
    Chunks all = started();
    long used = 0;
    for (int i = 0; i < all.count(); i++) {
      used += all.slot(i).journalUsed;
    }
    return used;
  }

  private void evict(Chunks all) {
    long over = all.resident().sum() - options.cacheBlocks();
    for (int i = 0; i < all.count() && over > 0; i++) {
      int at = (evictFrom + i) % all.count();
      Chunk chunk = all.slot(at).current;
      if (chunk != null) {
        over -= chunk.evict((int) Math.min(over + 64, Integer.MAX_VALUE));
      }
    }
    evictFrom = (evictFrom + 1) % all.count();
  }
}
