package org.chunkfs.core.chunk;

/**
 * Abandons a request that lacks something; it is run again once that is made good with no lock
 * held. Control flow, not an error: it has no stack trace and never reaches a caller of the
 * library.
 */
public abstract sealed class Retry extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private Retry() {
    super(null, null, false, false);
  }

  /** A block is not in memory. */
  public static final class BlockMiss extends Retry {
    private static final long serialVersionUID = 1L;
    private final transient Chunk chunk;
    private final int block;

    public BlockMiss(Chunk chunk, int block) {
      this.chunk = chunk;
      this.block = block;
    }

    public Chunk chunk() {
      return chunk;
    }

    public int block() {
      return block;
    }
  }

  /** A chunk is not among those locked. */
  public static final class ChunkMiss extends Retry {
    private static final long serialVersionUID = 1L;
    private final int chunk;

    public ChunkMiss(int chunk) {
      this.chunk = chunk;
    }

    public int chunk() {
      return chunk;
    }
  }

  /** The free blocks of a chunk cannot be used before a flush makes their freeing stable. */
  public static final class FlushNeeded extends Retry {
    private static final long serialVersionUID = 1L;
    private final transient Chunk chunk;

    public FlushNeeded(Chunk chunk) {
      this.chunk = chunk;
    }

    public Chunk chunk() {
      return chunk;
    }
  }

  /** The map of a chunk's free blocks has not been built yet. */
  public static final class SpaceUnknown extends Retry {
    private static final long serialVersionUID = 1L;
    private final transient Chunk chunk;

    public SpaceUnknown(Chunk chunk) {
      this.chunk = chunk;
    }

    public Chunk chunk() {
      return chunk;
    }
  }

  /** The journal ring has no room until a checkpoint moves its tail. */
  public static final class RingFull extends Retry {
    private static final long serialVersionUID = 1L;
    private final transient Chunk chunk;

    public RingFull(Chunk chunk) {
      this.chunk = chunk;
    }

    public Chunk chunk() {
      return chunk;
    }
  }
}
