package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Numbers;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.VolumeState.Reason;

/**
 * What becomes of a number whose commit cannot be written everywhere: a void, in the rings that
 * have its record already and, for the chunk that is fenced for it, in the volume record. It counts
 * as written once that is durable, so that the history has no gaps.
 */
final class Voids implements Numbers {
  private final Chunks chunks;
  private final History history;
  private final StateKeeper keeper;

  Voids(Chunks chunks, History history, StateKeeper keeper) {
    this.chunks = chunks;
    this.history = history;
    this.keeper = keeper;
  }

  @Override
  public long take() {
    return history.take();
  }

  @Override
  public void written(long g) {
    history.written(g);
  }

  @Override
  public void lost(Chunk chunk, long g, Exception why) {
    chunks.fence(chunk.io(), reason(why), String.valueOf(why.getMessage()));
    lost(chunk.id(), g);
  }

  /** The record of a commit could not be written in chunk {@code update.locked[failed]}. */
  void commitFailed(Update update, int failed, Throwable cause) {
    Chunk bad = update.locked[failed];
    chunks.fence(bad.io(), reason(cause), String.valueOf(cause.getMessage()));
    undo(update, failed);
  }

  private static Reason reason(Throwable cause) {
    return cause instanceof ChunkUnavailableException ? Reason.CRASHED : Reason.IO_ERROR;
  }

  /** A number was taken for a commit that will never be written anywhere. */
  void lost(int chunk, long g) {
    keeper.voided(
        chunks::outNow, List.of(new VolumeState.Void(chunk, g)), () -> history.written(g));
  }

  /**
   * Voids a commit: in the chunks that have its record already, by overwriting it; in the one that
   * was fenced, in the volume record. Its number counts as written once all of that is done.
   */
  void undo(Update update, int failed) {
    long g = update.g;
    if (g == 0) {
      return; // it has no number yet, and no record
    }
    List<VolumeState.Void> voids = new ArrayList<>();
    voids.add(new VolumeState.Void(update.locked[failed].id(), g));
    for (int i = 0; i < failed; i++) {
      if (update.positions[i] < 0) {
        continue;
      }
      Chunk chunk = update.locked[i];
      try {
        chunk.ring().voidAt(update.positions[i], g, update.predecessors[i]);
        chunk.forgetImages();
      } catch (IOException | RuntimeException e) {
        chunks.fence(chunk.io(), Reason.IO_ERROR, String.valueOf(e.getMessage()));
        voids.add(new VolumeState.Void(chunk.id(), g));
      }
    }
    keeper.voided(chunks::outNow, voids, () -> history.written(g));
  }
}
