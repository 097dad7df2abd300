package org.chunkfs.core.format;

/**
 * A chunk's header: first block (copy 0) and last block (copy 1) of the chunk, checked by its own
 * CRC. The copy with the higher sequence is the current one; root slot {@code i} goes with header
 * copy {@code i}.
 */
public final class ChunkHeader {
  /**
   * {@link #FLAGS}: journal, table and first inodes exist; without it the chunk is empty and
   * everything past the header is unread.
   */
  public static final int INITIALIZED = 1;

  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "chunk header",
          BlockHeader.SIZE,
          "First and last block of a chunk; the superblock's fields follow at 512.");
  public static final Field.U64 SEQUENCE =
      LAYOUT.u64("sequence", "rises by one with each header written");
  public static final Field.U32 COPY = LAYOUT.u32("copy", "0 first block, 1 last block");
  public static final Field.U32 FLAGS = LAYOUT.u32("flags", "1 initialized");
  public static final Field.U32 BLOCKS = LAYOUT.u32("blocks", "blocks of this chunk");
  public static final Field.U32 RING_START =
      LAYOUT.u32("ring_start", "first block of the journal ring");
  public static final Field.U32 RING_BLOCKS =
      LAYOUT.u32("ring_blocks", "blocks of the journal ring");
  public static final Field.U32 TABLE_START =
      LAYOUT.u32("table_start", "first block of the block table");
  public static final Field.U32 TABLE_BLOCKS =
      LAYOUT.u32("table_blocks", "blocks of the block table");
  public static final Field.U32 ROOT_BLOCKS =
      LAYOUT.u32("root_blocks", "blocks of one table root slot");
  public static final Field.U32 BODY_START =
      LAYOUT.u32("body_start", "first block that the table accounts for");
  public static final Field.U32 BODY_END =
      LAYOUT.u32("body_end", "block after the last one that the table accounts for");
  public static final Field.U32 ROOT_CRC =
      LAYOUT.u32("root_crc", "CRC32C of this copy's table root slot");
  public static final Field.U32 RING_EPOCH =
      LAYOUT.u32("ring_epoch", "epoch of the journal ring; seeds every record's CRC");
  public static final Field.U64 BASE_G =
      LAYOUT.u64("base_g", "nothing at or below it is missing from the checkpoint");

  /** No journal comes to this position: at 1 GB/s it would take longer than 70 years. */
  public static final long MAX_TAIL = 1L << 61;

  public static final Field.U64 TAIL =
      LAYOUT.u64("tail", "absolute byte position in the ring where replay starts");
  public static final Field.U64 TAIL_PREV_G =
      LAYOUT.u64("tail_prev_g", "predecessor that the first record at the tail names: base_g");
  public static final Field.U64 STABLE_G =
      LAYOUT.u64("stable_g", "largest stable commit number known when this copy was written");
  public static final Field.U32 FREE_BLOCKS =
      LAYOUT.u32("free_blocks", "free blocks at the checkpoint");
  public static final Field.U32 INODES = LAYOUT.u32("inodes", "inodes in use at the checkpoint");
  public static final Field.Bytes RESERVED =
      LAYOUT.bytes("reserved", Superblock.EMBEDDED - LAYOUT.size(), "zero");

  private ChunkHeader() {}
}
