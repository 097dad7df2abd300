package org.chunkfs.core.format;

import java.util.zip.CRC32C;

/** The 64 bytes every metadata block begins with: what it is, whose, and where it belongs. */
public final class BlockHeader {
  public static final int BLOCK = 4096;
  public static final int SIZE = 64;

  /** "CkFs" in a little-endian dump. */
  public static final int MAGIC_VALUE = 0x7346_6B43;

  public static final RecordLayout LAYOUT =
      new RecordLayout("block header", 0, "Start of every metadata block.");
  public static final Field.U32 MAGIC = LAYOUT.u32("magic", "0x73466B43, \"CkFs\"");
  public static final Field.U16 KIND = LAYOUT.u16("kind", "block kind");
  public static final Field.U16 RESERVED = LAYOUT.u16("reserved", "zero");
  public static final Field.Bytes UUID = LAYOUT.bytes("uuid", 16, "the image's UUID");
  public static final Field.U32 CHUNK =
      LAYOUT.u32("chunk", "logical chunk id; 0xFFFFFFFF in a superblock");
  public static final Field.U32 ADDRESS =
      LAYOUT.u32("block", "block number within the chunk (superblock: within the member)");
  public static final Field.U64 OWNER =
      LAYOUT.u64("owner", "inode number of the owner, 0 for the chunk itself");
  public static final Field.U64 G =
      LAYOUT.u64("g", "number of the commit that last changed the block");
  public static final Field.U32 CRC =
      LAYOUT.u32(
          "crc",
          "CRC32C of the record with this field zero, in kinds that check themselves; else zero,"
              + " the CRC stands in the block table");
  public static final Field.Bytes RESERVED2 = LAYOUT.bytes("reserved2", 12, "zero");

  private BlockHeader() {}

  /** Fills in the header of a new block. */
  public static void init(
      byte[] block, BlockKind kind, byte[] uuid, int chunk, int address, long owner) {
    MAGIC.set(block, 0, MAGIC_VALUE);
    KIND.set(block, 0, kind.code());
    UUID.set(block, 0, uuid);
    CHUNK.set(block, 0, chunk);
    ADDRESS.set(block, 0, address);
    OWNER.set(block, 0, owner);
  }

  /** What is wrong with the header, or null if it is a {@code kind} of that place. */
  public static @org.jspecify.annotations.Nullable String problem(
      byte[] block, BlockKind kind, byte[] uuid, int chunk, int address) {
    if (MAGIC.get(block, 0) != MAGIC_VALUE) {
      return "magic is 0x%08x, expected 0x%08x".formatted(MAGIC.get(block, 0), MAGIC_VALUE);
    }
    if (KIND.get(block, 0) != kind.code()) {
      return "kind is " + KIND.get(block, 0) + ", expected " + kind.code() + " (" + kind + ")";
    }
    if (!java.util.Arrays.equals(block, UUID.offset(), UUID.offset() + 16, uuid, 0, 16)) {
      return "block belongs to another image (UUID " + UUID.show(block, 0) + ")";
    }
    if (CHUNK.get(block, 0) != chunk || ADDRESS.get(block, 0) != address) {
      return "block says it is chunk %d block %d, expected chunk %d block %d"
          .formatted(CHUNK.get(block, 0), ADDRESS.get(block, 0), chunk, address);
    }
    return null;
  }

  /** CRC32C of {@code length} bytes with the header's own CRC field taken as zero. */
  public static int selfCrc(byte[] record, int length) {
    CRC32C crc = new CRC32C();
    crc.update(record, 0, CRC.offset());
    crc.update(ZERO4, 0, 4);
    crc.update(record, CRC.offset() + 4, length - CRC.offset() - 4);
    return (int) crc.getValue();
  }

  /** Sets the CRC field of a self-checked record of {@code length} bytes. */
  public static void seal(byte[] record, int length) {
    CRC.set(record, 0, selfCrc(record, length));
  }

  public static boolean sealed(byte[] record, int length) {
    return CRC.get(record, 0) == selfCrc(record, length);
  }

  private static final byte[] ZERO4 = new byte[4];
}
