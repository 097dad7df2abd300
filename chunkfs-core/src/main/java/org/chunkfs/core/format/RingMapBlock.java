package org.chunkfs.core.format;

/**
 * A block of a member's ring map: which of its chunks' journal rings may hold records. Checked by
 * its own CRC; a damaged block counts as all ones.
 */
public final class RingMapBlock {
  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "ring map",
          BlockHeader.SIZE,
          "One bit for each chunk of the member, from block 1 of the member on: set while the"
              + " chunk's ring may hold records.");
  public static final Field.Bytes BITS =
      LAYOUT.bytes(
          "bits", BlockHeader.BLOCK - BlockHeader.SIZE, "bit i % 8 of byte i / 8: i-th chunk");

  /** Chunks that a block has bits for. */
  public static final int CHUNKS = (BlockHeader.BLOCK - BlockHeader.SIZE) * 8;

  private RingMapBlock() {}
}
