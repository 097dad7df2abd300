package org.chunkfs.core.format;

/**
 * The image's description: block 0 of every member, and, from {@link #EMBEDDED} on, a copy in every
 * chunk header.
 *
 * <p>It never changes after mkfs. Logical chunk ids run on through the members in order and are
 * never reused; the chunks of a member follow one another from block {@link #FIRST_CHUNK_BLOCK} of
 * it, all {@code chunkBlocks} long but for the last.
 */
public final class Superblock {
  public static final int VERSION_VALUE = 1;

  /** Offset of the fields in a block; the same in the superblock and in a chunk header. */
  public static final int EMBEDDED = 512;

  /** Where the first chunk of a member starts, in blocks. */
  public static final int FIRST_CHUNK_BLOCK = 256;

  /** Where a member's ring map starts, in blocks; see {@link RingMapBlock}. */
  public static final int RING_MAP_BLOCK = 1;

  public static final int MAX_MEMBERS = 64;

  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "superblock",
          EMBEDDED,
          "Block 0 of every member after the block header, and the same bytes in every chunk"
              + " header.");
  public static final Field.U32 VERSION = LAYOUT.u32("version", "format version, 1");
  public static final Field.U32 BLOCK_SIZE = LAYOUT.u32("block_size", "4096");
  public static final Field.U64 COMPAT =
      LAYOUT.u64("compat", "features that an older program may ignore");
  public static final Field.U64 RO_COMPAT =
      LAYOUT.u64("ro_compat", "features that an older program may only read with");
  public static final Field.U64 INCOMPAT =
      LAYOUT.u64("incompat", "features that an older program must refuse");
  public static final Field.U64 CREATED =
      LAYOUT.u64("created", "when mkfs ran, nanoseconds since 1970");
  public static final Field.Bytes LABEL =
      LAYOUT.bytes("label", 64, "volume label, UTF-8, zero-padded");
  public static final Field.Bytes HASH_KEY =
      LAYOUT.bytes("hash_key", 16, "key of the name hash (SipHash-2-4)");
  public static final Field.U64 ROOT = LAYOUT.u64("root", "inode number of the root directory");
  public static final Field.U32 CHUNK_BLOCKS =
      LAYOUT.u32("chunk_blocks", "blocks of a chunk (all but the last of a member)");
  public static final Field.U32 CHUNKS = LAYOUT.u32("chunks", "number of chunks of the image");
  public static final Field.U32 MEMBERS = LAYOUT.u32("members", "number of members");
  public static final Field.U32 MEMBER =
      LAYOUT.u32("member", "index of the member this copy lies on");
  public static final Field.U32 REPLICAS =
      LAYOUT.u32("replicas", "number of volume record replicas");
  public static final Field.Bytes REPLICA_CHUNKS =
      LAYOUT.bytes(
          "replica_chunks", 28, "logical ids (u32) of the chunks that hold a volume record");
  public static final Field.Bytes MEMBER_TABLE =
      LAYOUT.bytes("member_table", MAX_MEMBERS * MemberEntry.SIZE, "one entry for each member");

  /** One member in the superblock's table. */
  public static final class MemberEntry {
    public static final RecordLayout LAYOUT =
        new RecordLayout("member entry", 0, "A member in the superblock's table.");
    public static final Field.U64 BLOCKS = LAYOUT.u64("blocks", "size in blocks");
    public static final Field.U32 FIRST_CHUNK =
        LAYOUT.u32("first_chunk", "logical id of its first chunk");
    public static final Field.U32 COUNT = LAYOUT.u32("count", "number of chunks on it");
    public static final Field.U32 LAST_BLOCKS =
        LAYOUT.u32("last_blocks", "blocks of its last chunk");
    public static final Field.U32 RESERVED = LAYOUT.u32("reserved", "zero");
    public static final int SIZE = 24;

    private MemberEntry() {}
  }

  private Superblock() {}
}
