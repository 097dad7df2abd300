package org.chunkfs.core.error;

import org.jspecify.annotations.Nullable;

/**
 * A block of a file's data cannot be read, or is not what was written; only that part of that file
 * is affected.
 */
public final class DataCorruptException extends ChunkFsException {
  private static final long serialVersionUID = 1L;
  private final long ino;
  private final long offset;
  private final int chunk;
  private final int block;

  /**
   * @param ino inode number of the file
   * @param offset first byte in the file that is affected
   * @param chunk the chunk that holds it
   * @param block its block there, or -1 where the whole part is lost
   */
  public DataCorruptException(
      long ino, long offset, int chunk, int block, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.ino = ino;
    this.offset = offset;
    this.chunk = chunk;
    this.block = block;
  }

  public long ino() {
    return ino;
  }

  /** First byte in the file that is affected. */
  public long offset() {
    return offset;
  }

  public int chunk() {
    return chunk;
  }

  public int block() {
    return block;
  }
}
