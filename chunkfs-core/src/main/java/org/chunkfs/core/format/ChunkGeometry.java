package org.chunkfs.core.format;

/**
 * Where things are in a chunk of {@code blocks} blocks: header copy 0, root slot 0, volume record
 * slots, ring, table, body, root slot 1, header copy 1. All in blocks from the chunk's start; a
 * pure function of the chunk's size.
 */
public record ChunkGeometry(
    int blocks,
    int rootBlocks,
    int ringStart,
    int ringBlocks,
    int tableStart,
    int tableBlocks,
    int bodyStart,
    int bodyEnd) {
  /** Smallest chunk: 4 MiB. */
  public static final int MIN_BLOCKS = 1024;

  /** Largest chunk: 1 GiB. */
  public static final int MAX_BLOCKS = 262_144;

  public static final int CRCS_PER_ROOT_BLOCK = (BlockHeader.BLOCK - BlockHeader.SIZE) / 4;

  public static ChunkGeometry of(int blocks) {
    if (blocks < MIN_BLOCKS || blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "a chunk has " + MIN_BLOCKS + " to " + MAX_BLOCKS + " blocks, not " + blocks);
    }
    int table = (blocks + TableEntry.PER_BLOCK - 1) / TableEntry.PER_BLOCK;
    int root = (table + CRCS_PER_ROOT_BLOCK - 1) / CRCS_PER_ROOT_BLOCK;
    int ring = Math.clamp(blocks / 16, 256, 8192);
    int ringStart = 1 + root + 2 * VolumeRecord.BLOCKS;
    int tableStart = ringStart + ring;
    int body = tableStart + table;
    return new ChunkGeometry(
        blocks, root, ringStart, ring, tableStart, table, body, blocks - 1 - root);
  }

  /** Block of header copy 0 or 1. */
  public int header(int copy) {
    return copy == 0 ? 0 : blocks - 1;
  }

  /** First block of root slot 0 or 1. */
  public int root(int copy) {
    return copy == 0 ? 1 : bodyEnd;
  }

  /** First block of volume record slot 0 or 1. */
  public int volumeRecord(int slot) {
    return 1 + rootBlocks + slot * VolumeRecord.BLOCKS;
  }

  /** The table block that holds a block's entry. */
  public int tableBlock(int block) {
    return tableStart + block / TableEntry.PER_BLOCK;
  }

  public boolean inBody(int block) {
    return block >= bodyStart && block < bodyEnd;
  }

  public boolean inTable(int block) {
    return block >= tableStart && block < tableStart + tableBlocks;
  }

  /** Blocks of the body. */
  public int bodyBlocks() {
    return bodyEnd - bodyStart;
  }

  /** The chunk's counters. */
  public int stateBlock() {
    return bodyStart;
  }

  /**
   * The block of the chunk's own inodes: slots {@link #ORPHANS}, {@link #XREFS_OUT}, {@link
   * #XREFS_IN}, {@link #ROOT}, {@link #LOST_FOUND}.
   */
  public int indexBlock() {
    return bodyStart + 1;
  }

  public static final int ORPHANS = 0, XREFS_OUT = 1, XREFS_IN = 2, ROOT = 3, LOST_FOUND = 4;
}
