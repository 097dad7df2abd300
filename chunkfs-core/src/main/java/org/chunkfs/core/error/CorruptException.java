package org.chunkfs.core.error;

/**
 * Bytes on the device are not what the format says they must be: a checksum, a magic, an invariant.
 */
public final class CorruptException extends ChunkFsException {
  private static final long serialVersionUID = 1L;

  private final int chunk;
  private final long block;

  /**
   * @param chunk logical id of the chunk, or -1 for the image as a whole
   * @param block block within the chunk, or -1 where none can be named
   */
  public CorruptException(int chunk, long block, String message) {
    super(message);
    this.chunk = chunk;
    this.block = block;
  }

  public int chunk() {
    return chunk;
  }

  public long block() {
    return block;
  }
}
