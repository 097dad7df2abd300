package org.chunkfs.core.format;

/**
 * One block's entry in the block table: allocation map, reverse map and checksum in one. All zero:
 * free.
 */
public final class TableEntry {
  /** {@link #FLAGS}: preallocated, its content means zeros and its CRC nothing. */
  public static final int UNWRITTEN = 1;

  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "table entry",
          0,
          "One block of the chunk; entries follow the block header of a table block.");
  public static final Field.U8 KIND = LAYOUT.u8("kind", "block kind, 0 free");
  public static final Field.U8 FLAGS = LAYOUT.u8("flags", "1 unwritten (data only)");
  public static final Field.U16 RESERVED = LAYOUT.u16("reserved", "zero");
  public static final Field.U32 CRC =
      LAYOUT.u32(
          "crc",
          "CRC32C of the block as it stands in place; data: of its content since the commit");
  public static final Field.U64 OWNER =
      LAYOUT.u64("owner", "inode number of the owner, 0 for the chunk itself");
  public static final Field.U64 LOGICAL =
      LAYOUT.u64(
          "logical", "data: block number in the file; tree: level; inodes: bitmap of slots in use");
  public static final Field.U32 OWNER_GENERATION =
      LAYOUT.u32("owner_generation", "generation of the owner");
  public static final Field.U32 RESERVED2 = LAYOUT.u32("reserved2", "zero");

  public static final int SIZE = 32;
  public static final int PER_BLOCK = (BlockHeader.BLOCK - BlockHeader.SIZE) / SIZE;

  private TableEntry() {}

  /** Offset in its table block of the entry for {@code block} of the chunk. */
  public static int offset(int block) {
    return BlockHeader.SIZE + (block % PER_BLOCK) * SIZE;
  }
}
