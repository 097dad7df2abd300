package org.chunkfs.core.journal;

import java.util.Arrays;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;
import org.jspecify.annotations.Nullable;

/**
 * One record as found in a ring: its CRC holds, and its parts fill its bytes exactly.
 *
 * <p>That says nothing about what it means: block numbers and chunk ids are any numbers at all.
 */
public final class RingRecord {
  private final byte[] bytes;
  private final int dataRangesAt;
  private final int tagAt;
  private final int redoAt;

  /**
   * @param bytes whose {@link #problem} is null
   */
  RingRecord(byte[] bytes) {
    this.bytes = bytes;
    dataRangesAt = JournalRecord.SIZE + 4 * JournalRecord.PARTICIPANTS.get(bytes, 0);
    tagAt = dataRangesAt + RedoFormat.DATA_RANGE * dataRangeCount();
    redoAt = tagAt + JournalRecord.TAG_LENGTH.get(bytes, 0);
  }

  /** Commit, stamp or void, as in {@link JournalRecord}; scans leave wraps out. */
  public int type() {
    return JournalRecord.TYPE.get(bytes, 0);
  }

  /** Its commit number; of a stamp the number of the commit before it. */
  public long g() {
    return JournalRecord.G.get(bytes, 0);
  }

  public long prevG() {
    return JournalRecord.PREV_G.get(bytes, 0);
  }

  public long position() {
    return JournalRecord.POSITION.get(bytes, 0);
  }

  public int length() {
    return bytes.length;
  }

  /** The position just after it. */
  public long end() {
    return position() + bytes.length;
  }

  /** Of a stamp: everything up to this number is stable. */
  public long stableG() {
    return JournalRecord.STABLE_G.get(bytes, 0);
  }

  /** How many chunks the commit changes. */
  public int participantCount() {
    return JournalRecord.PARTICIPANTS.get(bytes, 0);
  }

  /** The chunks that the commit changes. */
  public int[] participants() {
    int[] chunks = new int[JournalRecord.PARTICIPANTS.get(bytes, 0)];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = RedoFormat.u32(bytes, JournalRecord.SIZE + 4 * i);
    }
    return chunks;
  }

  /** The data blocks it makes live: block, count, block, count ... */
  public int[] dataRanges() {
    int[] ranges = new int[2 * dataRangeCount()];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = RedoFormat.u32(bytes, dataRangesAt + 4 * i);
    }
    return ranges;
  }

  private int dataRangeCount() {
    return JournalRecord.DATA_RANGES.get(bytes, 0);
  }

  public byte[] tag() {
    return Arrays.copyOfRange(bytes, tagAt, redoAt);
  }

  public int redoEntries() {
    return JournalRecord.REDO_ENTRIES.get(bytes, 0);
  }

  /** Takes a record's redo entries, in their order. */
  @FunctionalInterface
  public interface RedoSink {
    /**
     * @param block any 32-bit number
     * @param image whether the block starts from zeros
     * @throws CorruptException if the entry makes no sense
     */
    void redo(int block, boolean image, Redo redo) throws CorruptException;
  }

  public void forEachRedo(RedoSink sink) throws CorruptException {
    int at = redoAt;
    for (int i = 0; i < redoEntries(); i++) {
      Redo redo = new Redo(bytes, at);
      sink.redo(redo.block(), redo.image(), redo);
      at = endOfEntry(bytes, at);
    }
  }

  /** What one record does to one block. */
  public static final class Redo {
    private final byte[] bytes;
    private final int at;

    private Redo(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    public int block() {
      return RedoFormat.u32(bytes, at);
    }

    /** Whether the block starts from zeros, else from what the entries before made of it. */
    public boolean image() {
      return (bytes[at + RedoFormat.ENTRY_FLAGS] & RedoFormat.IMAGE) != 0;
    }

    public int runs() {
      return RedoFormat.u16(bytes, at + RedoFormat.ENTRY_RUNS);
    }

    /** Changes a block of 4096 bytes as the commit did; an image zeroes it first. */
    public void applyTo(byte[] target) {
      if (target.length != BlockHeader.BLOCK) {
        throw new IllegalArgumentException("a block of " + target.length + " bytes");
      }
      if (image()) {
        Arrays.fill(target, (byte) 0);
      }
      int run = at + RedoFormat.ENTRY;
      for (int i = runs(); i > 0; i--) {
        int offset = RedoFormat.u16(bytes, run);
        int length = RedoFormat.u16(bytes, run + RedoFormat.RUN_LENGTH);
        System.arraycopy(bytes, run + RedoFormat.RUN, target, offset, length);
        run += RedoFormat.RUN + length;
      }
    }

    /** Where in the record the byte lies that it puts at {@code offset} of the block; -1: none. */
    public int source(int offset) {
      int source = -1;
      int run = at + RedoFormat.ENTRY;
      for (int i = runs(); i > 0; i--) {
        int into = offset - RedoFormat.u16(bytes, run);
        int length = RedoFormat.u16(bytes, run + RedoFormat.RUN_LENGTH);
        if (into >= 0 && into < length) {
          source = run + RedoFormat.RUN + into;
        }
        run += RedoFormat.RUN + length;
      }
      return source;
    }
  }

  /** What is wrong inside a record whose CRC holds, or null. */
  static @Nullable String problem(byte[] bytes) {
    int type = JournalRecord.TYPE.get(bytes, 0);
    if (type < JournalRecord.COMMIT || type > JournalRecord.WRAP) {
      return "type is " + type + ", expected 1 to 4";
    }
    boolean follows =
        Long.compareUnsigned(JournalRecord.G.get(bytes, 0), JournalRecord.PREV_G.get(bytes, 0)) > 0;
    if (follows != (type == JournalRecord.COMMIT || type == JournalRecord.VOID)) {
      return "type is %d, commit %s, predecessor %s"
          .formatted(type, JournalRecord.G.show(bytes, 0), JournalRecord.PREV_G.show(bytes, 0));
    }
    long redoAt =
        JournalRecord.SIZE
            + 4L * JournalRecord.PARTICIPANTS.get(bytes, 0)
            + RedoFormat.DATA_RANGE * JournalRecord.DATA_RANGES.getUnsigned(bytes, 0)
            + JournalRecord.TAG_LENGTH.get(bytes, 0);
    if (redoAt > bytes.length) {
      return "its lists need %d bytes of its %d".formatted(redoAt, bytes.length);
    }
    int at = (int) redoAt;
    long entries = JournalRecord.REDO_ENTRIES.getUnsigned(bytes, 0);
    for (long i = 0; i < entries; i++) {
      at = endOfEntry(bytes, at);
      if (at < 0) {
        return "redo entry %d of %d is malformed".formatted(i, entries);
      }
    }
    return bytes.length - at < 8
        ? null
        : "%d bytes after its last part".formatted(bytes.length - at);
  }

  /** Offset just after the redo entry at {@code at}, or -1 if it is malformed. */
  private static int endOfEntry(byte[] bytes, int at) {
    if (bytes.length - at < RedoFormat.ENTRY
        || (bytes[at + RedoFormat.ENTRY_FLAGS] & ~RedoFormat.IMAGE) != 0) {
      return -1;
    }
    int run = at + RedoFormat.ENTRY;
    for (int i = RedoFormat.u16(bytes, at + RedoFormat.ENTRY_RUNS); i > 0; i--) {
      if (bytes.length - run < RedoFormat.RUN) {
        return -1;
      }
      int offset = RedoFormat.u16(bytes, run);
      int length = RedoFormat.u16(bytes, run + RedoFormat.RUN_LENGTH);
      run += RedoFormat.RUN;
      if (offset + length > BlockHeader.BLOCK || length > bytes.length - run) {
        return -1;
      }
      run += length;
    }
    return run;
  }

  @Override
  public String toString() {
    return "type %d at %d, %d bytes, commit %s after %s"
        .formatted(
            type(),
            position(),
            length(),
            Long.toUnsignedString(g()),
            Long.toUnsignedString(prevG()));
  }
}
