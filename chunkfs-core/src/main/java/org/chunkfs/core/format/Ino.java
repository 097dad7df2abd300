package org.chunkfs.core.format;

/**
 * Inode numbers: the number is the place. 20 bits of chunk, 24 of block, 4 of slot; a node id
 * carries the low 16 bits of the generation above those 48.
 */
public final class Ino {
  private Ino() {}

  public static long of(int chunk, int block, int slot) {
    return (long) chunk << 28 | (long) block << 4 | slot;
  }

  public static int chunk(long ino) {
    return (int) (ino >>> 28) & 0xFFFFF;
  }

  public static int block(long ino) {
    return (int) (ino >>> 4) & 0xFFFFFF;
  }

  public static int slot(long ino) {
    return (int) ino & 0xF;
  }

  /** The node id for a number and its generation. */
  public static long id(long ino, int generation) {
    return (long) (generation & 0xFFFF) << 48 | ino;
  }

  /** The inode number of a node id. */
  public static long ofId(long id) {
    return id & 0xFFFF_FFFF_FFFFL;
  }

  /** The low 16 bits of generation in a node id. */
  public static int generationBits(long id) {
    return (int) (id >>> 48);
  }

  /** As the tools print it: chunk:block/slot. */
  public static String show(long ino) {
    return chunk(ino) + ":" + block(ino) + "/" + slot(ino);
  }
}
