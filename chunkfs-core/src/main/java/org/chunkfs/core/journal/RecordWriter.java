package org.chunkfs.core.journal;

import java.util.Arrays;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;

/**
 * Builds one record's bytes, in a buffer that grows and is used again.
 *
 * <p>Order of calls: {@link #reset}, {@link #participants}, {@link #dataRange}s, {@link #tag}, redo
 * entries; any may be left out. Not thread-safe.
 */
public final class RecordWriter {
  /** Runs with at most this many equal bytes between them are one run. */
  private static final int JOIN = 8;

  private static final int MAX_PARTICIPANTS = 0xFF;
  private static final int MAX_TAG = 0xFFFF;
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final byte[] ZEROS = new byte[BLOCK];

  /** What has been written so far; each part only after those before it. */
  private enum Stage {
    HEADER,
    PARTICIPANTS,
    DATA_RANGES,
    TAG,
    REDO
  }

  private final RecordCrc crc = new RecordCrc();
  private byte[] bytes;
  private int end = JournalRecord.SIZE;
  private Stage stage = Stage.HEADER;
  private int type;
  private int participants;
  private int dataRanges;
  private int tagLength;
  private int redoEntries;

  public RecordWriter() {
    this(2 * BLOCK);
  }

  RecordWriter(int initialBytes) {
    bytes = new byte[initialBytes];
  }

  /** Starts a new record of a type of {@link JournalRecord}. */
  public void reset(int recordType) {
    type = recordType;
    end = JournalRecord.SIZE;
    stage = Stage.HEADER;
    participants = 0;
    dataRanges = 0;
    tagLength = 0;
    redoEntries = 0;
  }

  int type() {
    return type;
  }

  /** The chunks that the commit changes: the first {@code count} of {@code chunks}, at most 255. */
  public void participants(int[] chunks, int count) {
    enter(Stage.PARTICIPANTS, false);
    if (count > MAX_PARTICIPANTS) {
      throw new IllegalArgumentException("a record names 255 participants, not " + count);
    }
    room(4 * count);
    for (int i = 0; i < count; i++) {
      RedoFormat.u32(bytes, end, chunks[i]);
      end += 4;
    }
    participants = count;
  }

  /** Data blocks that the commit makes live; their CRCs are in the table's redo. */
  public void dataRange(int block, int count) {
    enter(Stage.DATA_RANGES, true);
    room(RedoFormat.DATA_RANGE);
    RedoFormat.u32(bytes, end, block);
    RedoFormat.u32(bytes, end + 4, count);
    end += RedoFormat.DATA_RANGE;
    dataRanges++;
  }

  /** The tag of the request that the commit finishes: opaque, at most 65535 bytes. */
  public void tag(byte[] tag) {
    enter(Stage.TAG, false);
    if (tag.length > MAX_TAG) {
      throw new IllegalArgumentException("a tag has 65535 bytes at most, not " + tag.length);
    }
    room(tag.length);
    System.arraycopy(tag, 0, bytes, end, tag.length);
    end += tag.length;
    tagLength = tag.length;
  }

  /** A redo entry that makes the whole block, whatever it was. */
  public void image(int block, byte[] now) {
    entry(block, RedoFormat.IMAGE, ZEROS, now, 8);
  }

  /**
   * A redo entry that turns {@code before} into {@code now}; none if they are equal.
   *
   * @param granularity what a run is made of, a power of two from 8 bytes: 32 for table blocks, so
   *     that an entry is written whole or not at all, else 8
   */
  public void difference(int block, byte[] before, byte[] now, int granularity) {
    if (granularity < 8 || granularity > BLOCK || Integer.bitCount(granularity) != 1) {
      throw new IllegalArgumentException("no granularity of runs: " + granularity);
    }
    entry(block, 0, before, now, granularity);
  }

  /** Bytes of the record as it stands, a multiple of 8. */
  public int length() {
    return Math.addExact(end, 7) & -8;
  }

  /**
   * Completes the record; it stays as it is and may be sealed again.
   *
   * @return the buffer, valid for {@link #length} bytes until the next call
   */
  public byte[] seal(RingId id, long position, long g, long prevG, long stableG) {
    int length = length();
    room(length - end);
    Arrays.fill(bytes, end, length, (byte) 0);
    JournalRecord.MAGIC.set(bytes, 0, JournalRecord.MAGIC_VALUE);
    JournalRecord.LENGTH.set(bytes, 0, length);
    JournalRecord.TYPE.set(bytes, 0, type);
    JournalRecord.PARTICIPANTS.set(bytes, 0, participants);
    JournalRecord.TAG_LENGTH.set(bytes, 0, tagLength);
    JournalRecord.POSITION.set(bytes, 0, position);
    JournalRecord.G.set(bytes, 0, g);
    JournalRecord.PREV_G.set(bytes, 0, prevG);
    JournalRecord.STABLE_G.set(bytes, 0, stableG);
    JournalRecord.DATA_RANGES.set(bytes, 0, dataRanges);
    JournalRecord.REDO_ENTRIES.set(bytes, 0, redoEntries);
    JournalRecord.CRC.set(bytes, 0, crc.of(id, bytes, 0, length));
    return bytes;
  }

  private void entry(int block, int flags, byte[] before, byte[] now, int granularity) {
    enter(Stage.REDO, true);
    if (before.length != BLOCK || now.length != BLOCK) {
      throw new IllegalArgumentException("a redo entry is for a block of " + BLOCK + " bytes");
    }
    int difference = Arrays.mismatch(before, now);
    if (difference < 0 && flags == 0) {
      return;
    }
    // The equal bytes between two runs are more than a run's head: all together never more than one
    // run.
    room(RedoFormat.ENTRY + RedoFormat.RUN + BLOCK);
    int head = end;
    end += RedoFormat.ENTRY;
    int runs = 0;
    while (difference >= 0) {
      int start = difference & -granularity;
      int stop = endOfRun(before, now, start, granularity);
      run(now, start, stop - start);
      runs++;
      int next = Arrays.mismatch(before, stop, BLOCK, now, stop, BLOCK);
      difference = next < 0 ? next : stop + next;
    }
    RedoFormat.u32(bytes, head, block);
    bytes[head + RedoFormat.ENTRY_FLAGS] = (byte) flags;
    bytes[head + RedoFormat.ENTRY_RESERVED] = 0;
    RedoFormat.u16(bytes, head + RedoFormat.ENTRY_RUNS, runs);
    redoEntries++;
  }

  private void run(byte[] now, int start, int length) {
    RedoFormat.u16(bytes, end, start);
    RedoFormat.u16(bytes, end + RedoFormat.RUN_LENGTH, length);
    end += RedoFormat.RUN;
    System.arraycopy(now, start, bytes, end, length);
    end += length;
  }

  /** Where the run that begins with the differing unit at {@code start} ends. */
  private static int endOfRun(byte[] before, byte[] now, int start, int granularity) {
    int stop = start + granularity;
    for (int at = stop; at < BLOCK && at - stop <= JOIN; at += granularity) {
      if (differs(before, now, at, granularity)) {
        stop = at + granularity;
      }
    }
    return stop;
  }

  private static boolean differs(byte[] before, byte[] now, int at, int granularity) {
    for (int i = at; i < at + granularity; i += 8) {
      if (RedoFormat.u64(before, i) != RedoFormat.u64(now, i)) {
        return true;
      }
    }
    return false;
  }

  private void enter(Stage next, boolean repeatable) {
    int order = next.compareTo(stage);
    if (order < 0 || (order == 0 && !repeatable)) {
      throw new IllegalStateException("a record's " + next + " cannot follow its " + stage);
    }
    stage = next;
  }

  private void room(int more) {
    if (bytes.length - end < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(end, more), 2 * bytes.length));
    }
  }
}
