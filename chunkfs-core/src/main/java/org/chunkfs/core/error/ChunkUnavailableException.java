package org.chunkfs.core.error;

/**
 * A request needs a chunk that is out of service (fenced, being checked, or on a missing member).
 * Retryable.
 */
public final class ChunkUnavailableException extends ChunkFsException {
  private static final long serialVersionUID = 1L;
  private final int chunk;

  public ChunkUnavailableException(int chunk, String message) {
    super(message);
    this.chunk = chunk;
  }

  /** The chunk's logical id. */
  public int chunk() {
    return chunk;
  }
}
