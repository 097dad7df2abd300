package org.chunkfs.core.volume;

import java.util.concurrent.atomic.AtomicReference;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * One run of an update from taking its locks to giving them back, in the view of the watchdog: when
 * its thread is stuck in a dead device, the watchdog revokes the update, gives the other chunks'
 * locks back in its name and voids what it had written there. The thread, should it ever return,
 * finds it revoked and touches nothing.
 */
final class Update {
  /** Where it is. */
  enum Stage {
    RUNNING,
    COMMITTING,
    DONE,
    REVOKED
  }

  final Chunk[] locked;
  final long since;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.RUNNING);

  /** The commit's number, once it has one. */
  volatile long g;

  /** The chunk that a record is being appended to, and where the appended ones stand. */
  volatile @Nullable Chunk appending;

  private volatile int culprit;
  private volatile boolean settled;

  final long[] positions;
  final long[] predecessors;

  /** How many of {@link #locked} have their record; those not changed have position -1. */
  volatile int appended;

  Update(Chunk[] locked, long since) {
    this.locked = locked;
    this.since = since;
    this.culprit = locked[0].id();
    this.positions = new long[locked.length];
    this.predecessors = new long[locked.length];
  }

  /**
   * The thread is about to write in a chunk (null: has written everywhere).
   *
   * @throws ChunkUnavailableException if it was revoked meanwhile
   */
  void enter(@Nullable Chunk chunk) throws ChunkUnavailableException {
    appending = chunk;
    if (stage.get() == Stage.REVOKED) {
      throw Engine.revoked(culprit);
    }
  }

  Stage stage() {
    return stage.get();
  }

  /** False if it was revoked meanwhile. */
  boolean startCommit() {
    return stage.compareAndSet(Stage.RUNNING, Stage.COMMITTING);
  }

  /**
   * Ends it; from then on the thread owns its locks for good. False if it was revoked meanwhile.
   * May be called again.
   */
  boolean finish() {
    while (true) {
      Stage now = stage.get();
      if (now == Stage.DONE || now == Stage.REVOKED) {
        return now == Stage.DONE;
      }
      if (stage.compareAndSet(now, Stage.DONE)) {
        return true;
      }
    }
  }

  boolean locks(Chunk incarnation) {
    for (Chunk chunk : locked) {
      if (chunk == incarnation) {
        return true;
      }
    }
    return false;
  }

  /** Whether it has written records, or may have, that may still become void. */
  boolean unsettled() {
    return !settled && stage.get() != Stage.RUNNING;
  }

  /** What it wrote before it was revoked is void where that has to be known. */
  void settle() {
    settled = true;
  }

  /** The chunk that it was revoked for. */
  int culprit() {
    return culprit;
  }

  /**
   * For the watchdog: the stage it was in, or null if it has ended by itself.
   *
   * @param because the chunk that does not answer
   */
  @Nullable Stage revoke(int because) {
    culprit = because;
    while (true) {
      Stage now = stage.get();
      if (now == Stage.DONE || now == Stage.REVOKED) {
        return null;
      }
      if (stage.compareAndSet(now, Stage.REVOKED)) {
        return now;
      }
    }
  }
}
