package org.chunkfs.core.sim;

import org.chunkfs.core.format.BlockKind;
import org.jspecify.annotations.Nullable;

/**
 * One fault of a {@link FaultyDevice}: what goes wrong, where, and how often.
 *
 * @param kind what goes wrong
 * @param from first byte of the device that it concerns
 * @param to byte after the last one
 * @param block only operations on blocks that say to be of this kind ({@link BlockKind#DATA}: that
 *     do not say what they are); null for all
 * @param skip so many matching operations go well first
 * @param times so many go wrong then; {@link #LASTING} for all
 * @param amount LATENCY: how much longer it takes, in nanoseconds; SWAPPED_BLOCK,
 *     MISDIRECTED_WRITE: the other block's position, 0 for any block of the range
 */
public record Fault(
    Kind kind, long from, long to, @Nullable BlockKind block, long skip, long times, long amount) {

  /** For {@link #times}: from then on for good. */
  public static final long LASTING = Long.MAX_VALUE;

  /** What goes wrong. */
  public enum Kind {
    /** A read fails. */
    READ_ERROR,
    /** A write fails, and nothing of it is written. */
    WRITE_ERROR,
    /** A flush fails; the range does not matter. */
    FLUSH_ERROR,
    /** A flush does not come back before {@link FaultyDevice#release}; then it is done. */
    FLUSH_HANG,
    /** A read answers with one bit changed. */
    READ_FLIP,
    /** Just before it is read, one bit of a block on the medium has changed. */
    FLIPPED_BLOCK,
    /** Just before it is read, a block on the medium has become zeros. */
    ZEROED_BLOCK,
    /** Just before it is read, two blocks on the medium have changed places. */
    SWAPPED_BLOCK,
    /** A write is reported done and is not. */
    LOST_WRITE,
    /** Of a write only some of its 512-byte sectors arrive; it is reported done. */
    TORN_WRITE,
    /** A write goes to another block of the range; it is reported done. */
    MISDIRECTED_WRITE,
    /** A read or write takes longer. */
    LATENCY,
    /** A read does not come back before {@link FaultyDevice#release}. */
    READ_HANG,
    /** A write does not come back before {@link FaultyDevice#release}; then it is done. */
    WRITE_HANG;

    boolean ofReads() {
      return switch (this) {
        case READ_ERROR, READ_FLIP, READ_HANG, LATENCY -> true;
        default -> ofMedium();
      };
    }

    boolean ofWrites() {
      return this == LATENCY || !ofReads() && !ofFlushes();
    }

    boolean ofFlushes() {
      return this == FLUSH_ERROR || this == FLUSH_HANG;
    }

    /** Changes what the medium holds. */
    boolean ofMedium() {
      return this == FLIPPED_BLOCK || this == ZEROED_BLOCK || this == SWAPPED_BLOCK;
    }
  }

  /** A fault of every operation in a range, for good. */
  public static Fault lasting(Kind kind, long from, long to) {
    return new Fault(kind, from, to, null, 0, LASTING, 0);
  }

  /** A fault of the next operation in a range, once. */
  public static Fault once(Kind kind, long from, long to) {
    return new Fault(kind, from, to, null, 0, 1, 0);
  }

  /** The same for blocks of one kind. */
  public Fault of(BlockKind only) {
    return new Fault(kind, from, to, only, skip, times, amount);
  }

  /** The same after some operations that go well. */
  public Fault after(long operations) {
    return new Fault(kind, from, to, block, operations, times, amount);
  }

  /** The same, with a duration. */
  public Fault taking(long nanoseconds) {
    return new Fault(kind, from, to, block, skip, times, nanoseconds);
  }

  /** The same, with the place of the other block: a byte position of the device. */
  public Fault with(long otherPosition) {
    return new Fault(kind, from, to, block, skip, times, otherPosition);
  }

  boolean touches(long position, int length) {
    return position < to && position + length > from;
  }
}
