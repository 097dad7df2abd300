package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Retry;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/**
 * One mini-transaction as an operation sees it: a part for each chunk that is locked. Asking for a
 * chunk that is not abandons the run, which is repeated with that chunk locked too.
 */
final class Tx {
  private final Chunk[] locked;
  private final @Nullable ChunkTx[] parts;
  private final boolean deletion;
  private final long now;

  /**
   * @param locked the chunks whose write locks are held, by ascending id
   * @param deletion whether the space kept for deletion may be used
   * @param now the time, nanoseconds since 1970
   */
  Tx(Chunk[] locked, boolean deletion, long now) {
    this.locked = locked;
    this.parts = new ChunkTx[locked.length];
    this.deletion = deletion;
    this.now = now;
  }

  /** The time of the whole transaction, nanoseconds since 1970. */
  long now() {
    return now;
  }

  /** The part in a chunk. */
  ChunkTx chunk(int id) {
    for (int i = 0; i < locked.length; i++) {
      if (locked[i].id() == id) {
        ChunkTx part = parts[i];
        if (part == null) {
          part = new ChunkTx(locked[i], deletion);
          parts[i] = part;
        }
        return part;
      }
    }
    throw new Retry.ChunkMiss(id);
  }

  /** The part in the chunk that an inode lives in. */
  ChunkTx of(long ino) {
    return chunk(Ino.chunk(ino));
  }

  /** Number of chunks that are locked. */
  int width() {
    return locked.length;
  }

  /** Whether a chunk is locked already, so that using it costs no repetition. */
  boolean has(int id) {
    for (Chunk c : locked) {
      if (c.id() == id) {
        return true;
      }
    }
    return false;
  }

  /** The parts that changed something, and the places of those that did not as null. */
  @Nullable ChunkTx[] changed() {
    for (int i = 0; i < parts.length; i++) {
      ChunkTx part = parts[i];
      if (part != null && part.empty()) {
        parts[i] = null;
      }
    }
    return parts;
  }

  /** Drops everything. */
  void abort() {
    for (ChunkTx part : parts) {
      if (part != null) {
        part.abort();
      }
    }
  }

  /** Last step that can fail for want of something. */
  void prepare() throws IOException {
    for (ChunkTx part : changed()) {
      if (part != null) {
        part.prepare();
      }
    }
  }
}
