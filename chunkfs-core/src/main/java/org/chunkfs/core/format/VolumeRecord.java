package org.chunkfs.core.format;

/**
 * The volume record: replicated in several chunks, each replica two slots of {@link #BLOCKS} blocks
 * written alternately, checked by its own CRC.
 */
public final class VolumeRecord {
  public static final int BLOCKS = 4;
  public static final int BYTES = BLOCKS * BlockHeader.BLOCK;

  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "volume record",
          BlockHeader.SIZE,
          "Opening epoch, states of chunks that are not online, voids and decisions; entries"
              + " follow.");
  public static final Field.U64 SEQUENCE =
      LAYOUT.u64("sequence", "rises by one with each update; the highest readable one counts");
  public static final Field.U32 EPOCH =
      LAYOUT.u32("epoch", "volume epoch: number of openings by a server");
  public static final Field.U32 ENTRIES = LAYOUT.u32("entries", "number of entries");
  public static final Field.Bytes BOOT_ID =
      LAYOUT.bytes("boot_id", 16, "boot id of the host that opened the image, zero when unknown");
  public static final Field.U64 OPENED =
      LAYOUT.u64("opened", "when it was opened, nanoseconds since 1970");
  public static final Field.Bytes RESERVED = LAYOUT.bytes("reserved", 16, "zero");

  /** One entry. */
  public static final class Entry {
    public static final RecordLayout LAYOUT =
        new RecordLayout("volume record entry", 0, "An entry of the volume record.");
    public static final Field.U8 TYPE =
        LAYOUT.u8(
            "type",
            "1 chunk state, 2 void, 3 decision, 4 absent, 5 background check, 6 found sound");
    public static final Field.U8 CODE = LAYOUT.u8("code", "state: state code; else zero");
    public static final Field.U8 REASON = LAYOUT.u8("reason", "state: reason code");
    public static final Field.U8 RESERVED = LAYOUT.u8("reserved", "zero");
    public static final Field.U32 CHUNK =
        LAYOUT.u32(
            "chunk",
            "state and void: the chunk; absent: the first one; background check: the one that is"
                + " next, then what chunks say of each other, then the end");
    public static final Field.U64 G =
        LAYOUT.u64(
            "g",
            "state: block that showed the damage or -1; void: its number; decision: last number"
                + " kept; absent: the last chunk; background check: when it began, nanoseconds"
                + " since 1970; found sound: the last commit that a check of all chunks saw");
    public static final Field.U64 G2 =
        LAYOUT.u64(
            "g2",
            "decision: epoch decided on; absent: last epoch of which the chunks may hold commits;"
                + " found sound: when, nanoseconds since 1970");
    public static final int SIZE = LAYOUT.size();
    public static final int STATE = 1;
    public static final int VOID = 2;
    public static final int DECISION = 3;
    public static final int ABSENT = 4;
    public static final int SCRUB = 5;
    public static final int SOUND = 6;

    private Entry() {}
  }

  public static final int MAX_ENTRIES = (BYTES - LAYOUT.size()) / Entry.SIZE;

  private VolumeRecord() {}
}
