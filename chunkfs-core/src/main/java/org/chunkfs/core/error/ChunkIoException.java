package org.chunkfs.core.error;

/** The device failed a read or a write of one chunk. */
public final class ChunkIoException extends ChunkFsException {
  private static final long serialVersionUID = 1L;
  private final int chunk;

  public ChunkIoException(int chunk, String message, Throwable cause) {
    super(message, cause);
    this.chunk = chunk;
  }

  public int chunk() {
    return chunk;
  }
}
