package org.chunkfs.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;

/**
 * Appends to one chunk's ring. Not thread-safe: the chunk's writer lock protects it.
 *
 * <p>Invariants: {@code tail <= head <= tail + ringBytes}; there is always room to move the head to
 * the next multiple of 4096; {@code lastG} is the number of the last commit or void before the
 * head. A write that fails changes none of them.
 *
 * <p>Positions are absolute and grow for ever; their place in the ring is the remainder by its
 * size.
 */
public final class Ring {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int HEADER = JournalRecord.SIZE;

  /** Longer records are not copied into a direct buffer of our own. */
  private static final int LARGEST_BUFFER = 1 << 18;

  private final RingId id;
  private final RingIo io;
  private final int ringBytes;
  private final int reserve;
  private final RecordWriter mark = new RecordWriter(HEADER);
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
  private long tail;
  private long head;
  private long lastG;

  /**
   * @param head where the next record goes: after a recovery, the end of the last record that was
   *     <em>kept</em>, and {@link #alignHead} next
   * @param lastG number of the last commit or void before the head; of an empty ring, the
   *     predecessor that the record at its tail will name
   */
  public Ring(RingId id, RingIo io, int ringBytes, long tail, long head, long lastG) {
    if (ringBytes < 4 * BLOCK || ringBytes % BLOCK != 0) {
      throw new IllegalArgumentException("a ring cannot have " + ringBytes + " bytes");
    }
    if (tail < 0 || tail > head || head - tail > ringBytes) {
      throw new IllegalArgumentException("no ring from " + tail + " to " + head);
    }
    this.id = id;
    this.io = io;
    this.ringBytes = ringBytes;
    this.reserve = ringBytes / 4;
    this.tail = tail;
    this.head = head;
    this.lastG = lastG;
  }

  public RingId id() {
    return id;
  }

  /** Where the next record goes; it may have to be the ring's start instead. */
  public long head() {
    return head;
  }

  /** Where replay starts. */
  public long tail() {
    return tail;
  }

  /** Number of the last commit or void. */
  public long lastG() {
    return lastG;
  }

  /** Bytes from tail to head. */
  public long usedBytes() {
    return head - tail;
  }

  /** About what may be appended without the reserve; {@link #fits} is exact. */
  public long freeBytes() {
    return Math.max(0, limit(reserve) - head);
  }

  /**
   * Whether a record can be appended now.
   *
   * @param mayUseReserve whether it may go into the quarter of the ring that is for checkpoints,
   *     voids and stamps alone
   */
  public boolean fits(int recordLength, boolean mayUseReserve) {
    return fitsBefore(limit(mayUseReserve ? 0 : reserve), recordLength);
  }

  /**
   * Appends a commit.
   *
   * @return its position
   * @throws IllegalStateException if it does not fit; ask first
   * @throws IOException if it was not written, or perhaps in part; the head stays, and the next
   *     record or void overwrites it
   */
  public long append(RecordWriter record, long g, boolean mayUseReserve) throws IOException {
    int type = record.type();
    if (type != JournalRecord.COMMIT && type != JournalRecord.VOID) {
      throw new IllegalArgumentException("records of type " + type + " are not appended");
    }
    int length = record.length();
    if (!fits(length, mayUseReserve)) {
      throw new IllegalStateException(
          "%s: %d bytes do not fit, tail %d, head %d".formatted(id, length, tail, head));
    }
    requireNext(g);
    long position = place(length);
    write(position, record, g, lastG, 0);
    head = position + length;
    lastG = g;
    return position;
  }

  /**
   * Appends a stamp, which says that everything up to {@code stableG} is stable; the next record
   * starts in a block of its own.
   *
   * @return false if nothing was written for want of room: stamps leave half of the reserve to
   *     checkpoints and voids
   */
  public boolean stamp(long stableG) throws IOException {
    if (!fitsBefore(limit(reserve / 2), HEADER)) {
      return false;
    }
    long position = place(HEADER);
    mark.reset(JournalRecord.STAMP);
    write(position, mark, lastG, lastG, stableG);
    head = alignUp(position + HEADER);
    return true;
  }

  /**
   * Makes a commit undone: overwrites it with a void of the same number and predecessor, and puts
   * the head just after.
   *
   * @param position of the last commit, or the head if its append failed
   */
  public void voidAt(long position, long g, long prevG) throws IOException {
    mark.reset(JournalRecord.VOID);
    if (position == head) {
      if (prevG != lastG) {
        throw new IllegalArgumentException("the void's predecessor is " + lastG + ", not " + prevG);
      }
      append(mark, g, true);
      return;
    }
    if (g != lastG || position < tail || position > head - HEADER) {
      throw new IllegalArgumentException(
          "%s: commit %s at %d is not the last one"
              .formatted(id, Long.toUnsignedString(g), position));
    }
    write(position, mark, g, prevG, 0);
    head = position + HEADER;
  }

  /** Puts the next record at the next multiple of 4096, out of the blocks of those before it. */
  public void alignHead() {
    long aligned = alignUp(head);
    if (aligned > tail + ringBytes) {
      throw new IllegalStateException(id + ": no room to align the head at " + head);
    }
    head = aligned;
  }

  /** Gives up everything before {@code position}, which is the start of a record or the head. */
  public void moveTail(long position) {
    if (position < tail || position > head) {
      throw new IllegalArgumentException(
          "%s: the tail cannot move from %d to %d, head %d".formatted(id, tail, position, head));
    }
    tail = position;
  }

  static long alignUp(long position) {
    return (position + BLOCK - 1) & -BLOCK;
  }

  /** Where the head may not pass; a block is left for aligning it. */
  private long limit(int kept) {
    return tail + ringBytes - BLOCK - kept;
  }

  private boolean fitsBefore(long limit, int length) {
    return length <= ringBytes && place(length) + length <= limit;
  }

  /** Where a record goes: the head, or the ring's start if it would cross the end. */
  private long place(int length) {
    long room = roomInLap();
    return length <= room ? head : head + room;
  }

  private long roomInLap() {
    return ringBytes - head % ringBytes;
  }

  private void requireNext(long g) {
    if (Long.compareUnsigned(g, lastG) <= 0) {
      throw new IllegalArgumentException(
          "commit %s cannot follow %s"
              .formatted(Long.toUnsignedString(g), Long.toUnsignedString(lastG)));
    }
  }

  /** Writes a record, after a wrap record at the head if it does not go there. */
  private void write(long position, RecordWriter record, long g, long prevG, long stableG)
      throws IOException {
    if (position > head && roomInLap() >= HEADER) {
      RecordWriter wrap = new RecordWriter(HEADER);
      wrap.reset(JournalRecord.WRAP);
      put(head, wrap.seal(id, head, lastG, lastG, 0), HEADER);
    }
    put(position, record.seal(id, position, g, prevG, stableG), record.length());
  }

  private void put(long position, byte[] bytes, int length) throws IOException {
    io.write((int) (position % ringBytes), buffer(bytes, length));
  }

  private ByteBuffer buffer(byte[] bytes, int length) {
    if (length > LARGEST_BUFFER) {
      return ByteBuffer.wrap(bytes, 0, length).slice();
    }
    if (buffer.capacity() < length) {
      buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(length - 1) << 1);
    }
    return buffer.clear().put(bytes, 0, length).flip();
  }
}
