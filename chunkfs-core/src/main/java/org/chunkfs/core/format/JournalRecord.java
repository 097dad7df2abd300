package org.chunkfs.core.format;

/**
 * The fixed part of a journal record; records are 8-byte aligned, in a byte ring, never split at
 * its end.
 *
 * <p>After it: participants (u32 each), data ranges (block u32, count u32 each), the request tag,
 * redo entries. A redo entry is {@code block u32, flags u8 (1 image: starts from zeros), reserved
 * u8, runs u16}, then each run {@code offset u16, length u16, bytes}.
 */
public final class JournalRecord {
  public static final int MAGIC_VALUE = 0x6C72_6E4A;
  public static final int COMMIT = 1;
  public static final int STAMP = 2;
  public static final int VOID = 3;

  /** The rest of the ring up to its end is empty; the next record is at the ring's start. */
  public static final int WRAP = 4;

  public static final RecordLayout LAYOUT =
      new RecordLayout("journal record", 0, "Fixed part of a journal record.");
  public static final Field.U32 MAGIC = LAYOUT.u32("magic", "0x6C726E4A");
  public static final Field.U32 CRC =
      LAYOUT.u32("crc", "CRC32C of UUID, chunk, ring epoch and the record from `length` on");
  public static final Field.U32 LENGTH =
      LAYOUT.u32("length", "bytes of the whole record, a multiple of 8");
  public static final Field.U8 TYPE = LAYOUT.u8("type", "1 commit, 2 stamp, 3 void, 4 wrap");
  public static final Field.U8 PARTICIPANTS =
      LAYOUT.u8("participants", "number of chunks the commit changes");
  public static final Field.U16 TAG_LENGTH = LAYOUT.u16("tag_length", "bytes of request tag");
  public static final Field.U64 POSITION =
      LAYOUT.u64("position", "absolute byte position in the ring's life");
  public static final Field.U64 G = LAYOUT.u64("g", "commit number; stamp: the ring's last");
  public static final Field.U64 PREV_G =
      LAYOUT.u64("prev_g", "number of the previous commit or void in this ring");
  public static final Field.U64 STABLE_G =
      LAYOUT.u64("stable_g", "stamp: largest stable number; else zero");
  public static final Field.U32 DATA_RANGES =
      LAYOUT.u32("data_ranges", "number of data ranges made live");
  public static final Field.U32 REDO_ENTRIES = LAYOUT.u32("redo_entries", "number of redo entries");
  public static final int SIZE = LAYOUT.size();

  private JournalRecord() {}
}
