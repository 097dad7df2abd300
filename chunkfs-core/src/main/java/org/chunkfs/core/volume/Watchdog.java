package org.chunkfs.core.volume;

import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Looks, from outside, for chunks whose device does not answer, and fences them. Where a thread is
 * stuck in one with locks of other chunks in its hands, those are given back in its name. Brings
 * such chunks back when the device has answered, if that is wanted.
 */
final class Watchdog {
  private static final long TICK_MILLIS = 50;

  private final Chunks chunks;
  private final @Nullable Restarts restarts;
  private final long stall;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param restarts null if chunks that hung are left to others
   */
  Watchdog(Chunks chunks, VolumeOptions options, @Nullable Restarts restarts) {
    this.chunks = chunks;
    this.restarts = restarts;
    this.stall = options.stall().toNanos();
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-watchdog").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    java.util.concurrent.locks.LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopped) {
      java.util.concurrent.locks.LockSupport.parkNanos(TICK_MILLIS * 1_000_000);
      look();
    }
  }

  private void look() {
    for (int i = 0; i < chunks.count(); i++) {
      ChunkIo io = chunks.slot(i).handle();
      if (io != null && io.stuckFor() > stall) {
        chunks.fence(io, Reason.HUNG, "an operation did not return in time");
      }
      if (restarts != null) {
        restarts.look(chunks.slot(i));
      }
    }
    for (Update update : chunks.updates()) {
      if (System.nanoTime() - update.since > stall) {
        Chunk culprit = culprit(update);
        if (culprit != null) {
          takeOver(update, culprit);
        }
      }
    }
  }

  private static @Nullable Chunk culprit(Update update) {
    Chunk appending = update.appending;
    if (appending != null && appending.io().stuckFor() > 0) {
      return appending;
    }
    for (Chunk c : update.locked) {
      if (c.io().fenced()) {
        return c;
      }
    }
    return null;
  }

  private void takeOver(Update update, Chunk culprit) {
    chunks.fence(culprit.io(), Reason.HUNG, "an operation did not return in time");
    Update.Stage was = update.revoke(culprit.id());
    if (was == null) {
      return;
    }
    if (was == Update.Stage.COMMITTING) {
      int index = java.util.Arrays.asList(update.locked).indexOf(culprit);
      chunks.voids().undo(update, index);
    }
    update.settle();
    for (Chunk c : update.locked) {
      if (c != culprit) {
        c.lock().unlockWrite();
      }
    }
  }
}
