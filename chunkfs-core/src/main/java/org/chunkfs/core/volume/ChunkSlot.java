package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.jspecify.annotations.Nullable;

/** The place of one chunk in the volume, which outlives its incarnations. */
final class ChunkSlot {
  final int id;
  final int member;
  final ChunkGeometry geometry;

  /** Byte position of its first block. */
  final long base;

  /** The incarnation that serves; null while there is none. */
  volatile @Nullable Chunk current;

  /**
   * The handle of a first incarnation that is being made, by a thread that holds no lock. Changed
   * under the slot's monitor.
   */
  volatile @Nullable ChunkIo activating;

  /** Serves, but only reads: kept by policy after a fence. */
  volatile @Nullable Chunk readable;

  volatile ChunkState state = ChunkState.ONLINE;
  volatile VolumeState.Out out = new VolumeState.Out(VolumeState.Reason.NONE, -1);
  volatile String detail = "";

  /** False: never used, everything in it is free. */
  volatile boolean initialized;

  /** Free blocks and inodes while no incarnation knows better. */
  volatile long headerFree;

  volatile long headerInodes;
  volatile int incarnations;

  /** The last incarnation, whose writes may still be in flight. */
  volatile @Nullable Chunk previous;

  /** Largest acknowledged commit of this opening. */
  volatile long lastG;

  /** First commit after the ring's last stamp, 0 when there is none. Under the write lock. */
  long unstampedSince;

  /** Live bytes of its ring, as of the last append or checkpoint. */
  volatile long journalUsed;

  /** Checkpoints of this incarnation and those before. */
  volatile long checkpoints;

  /** Since when {@link #quietG} has been the last commit; the checkpointer's alone. */
  long quietSince;

  long quietG;

  /** A background checkpoint of it has not come back. */
  final java.util.concurrent.atomic.AtomicBoolean checkpointsItself =
      new java.util.concurrent.atomic.AtomicBoolean();

  private final java.util.concurrent.Semaphore checkpointing =
      new java.util.concurrent.Semaphore(1);

  /** Requests that wait for it to come back. */
  final AtomicInteger waiters = new AtomicInteger();

  ChunkSlot(int id, int member, ChunkGeometry geometry, long base) {
    this.id = id;
    this.member = member;
    this.geometry = geometry;
    this.base = base;
    this.headerFree = geometry.bodyBlocks() - OWN_BLOCKS;
  }

  /** Blocks that a chunk needs for itself when it is first used: counters and own inodes. */
  static final int OWN_BLOCKS = 2;

  int ringBytes() {
    return geometry.ringBlocks() * BlockHeader.BLOCK;
  }

  /** Waits until no checkpoint of this chunk runs, and keeps it so. */
  void acquireCheckpoint(long deadline) throws IOException {
    try {
      if (!checkpointing.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new DeadlineException("a checkpoint of chunk " + id + " takes too long; try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlineException("interrupted while waiting for a checkpoint; try again");
    }
  }

  void releaseCheckpoint() {
    checkpointing.release();
  }

  long freeBlocks() {
    Chunk c = current;
    return c == null ? headerFree : c.freeBlocks();
  }

  long inodes() {
    Chunk c = current;
    return c == null ? headerInodes : c.inodes();
  }

  /** The device handle of the incarnation that serves or is being made, or null. */
  @Nullable ChunkIo handle() {
    Chunk c = current;
    return c != null ? c.io() : activating;
  }

  boolean serves() {
    return state == ChunkState.ONLINE || state == ChunkState.SUSPECT;
  }
}
