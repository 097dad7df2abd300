package org.chunkfs.core.format;

/** The chunk's counters, in the first block of its body; journaled like any other block. */
public final class ChunkStateBlock {
  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "chunk state", BlockHeader.SIZE, "The chunk's counters: first block of the body.");
  public static final Field.U32 GENERATION =
      LAYOUT.u32("generation", "generation given last to a new inode");
  public static final Field.U32 FREE_BLOCKS =
      LAYOUT.u32("free_blocks", "blocks of the body that are free");
  public static final Field.U32 INODES =
      LAYOUT.u32("inodes", "inodes in use, without the chunk's own indexes");
  public static final Field.U32 ORPHANS =
      LAYOUT.u32("orphans", "entries of the orphan and trim index");
  public static final Field.U32 XREFS_OUT =
      LAYOUT.u32("xrefs_out", "entries of the outbound cross-reference index");
  public static final Field.U32 XREFS_IN =
      LAYOUT.u32("xrefs_in", "entries of the inbound cross-reference index");
  public static final Field.U32 GENERATION_LAPS =
      LAYOUT.u32("generation_laps", "how often the generations began anew");

  private ChunkStateBlock() {}
}
