package org.chunkfs.core.volume;

import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Looks, from outside, for chunks whose device does not answer, and fences them. Where a thread is
 * stuck in one with locks of other chunks in its hands, those are given back in its name.
 */
final class Watchdog {
  private static final long TICK_MILLIS = 50;

  private final Engine engine;
  private final Chunks chunks;
  private final long stall;
  private final Thread thread;
  private volatile boolean stopped;

  Watchdog(Engine engine, VolumeOptions options) {
    this.engine = engine;
    this.chunks = engine.chunks();
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
      ChunkIo io = handle(chunks.slot(i));
      if (io != null && io.stuckFor() > stall) {
        chunks.fence(i, Reason.HUNG, -1, "an operation did not return in time");
      }
    }
    for (Update update : engine.active()) {
      if (System.nanoTime() - update.since > stall) {
        Chunk culprit = culprit(update);
        if (culprit != null) {
          takeOver(update, culprit);
        }
      }
    }
  }

  private static @Nullable ChunkIo handle(ChunkSlot slot) {
    Chunk chunk = slot.current;
    return chunk != null ? chunk.io() : slot.activating;
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
    chunks.fence(culprit.id(), Reason.HUNG, -1, "an operation did not return in time");
    Update.Stage was = update.revoke(culprit.id());
    if (was == null) {
      return;
    }
    if (was == Update.Stage.COMMITTING) {
      int index = java.util.Arrays.asList(update.locked).indexOf(culprit);
      chunks.undo(update, index);
    }
    for (Chunk c : update.locked) {
      if (c != culprit) {
        c.lock().unlockWrite();
      }
    }
  }
}
