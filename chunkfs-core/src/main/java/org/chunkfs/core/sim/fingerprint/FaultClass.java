package org.chunkfs.core.sim.fingerprint;

import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.sim.Fault;

/** The faults of the fingerprint. Each hits the first block of its place that is touched. */
enum FaultClass {
  READ_ERROR_ONCE("read error, once", Fault.Kind.READ_ERROR, true),
  READ_ERROR("read error, lasting", Fault.Kind.READ_ERROR, false),
  FLIP_ONCE("bit flipped on the way, once", Fault.Kind.READ_FLIP, true),
  FLIP("bit flipped on the medium", Fault.Kind.FLIPPED_BLOCK, true),
  ZEROED("block zeroed on the medium", Fault.Kind.ZEROED_BLOCK, true),
  SWAPPED("block swapped with another of its kind", Fault.Kind.SWAPPED_BLOCK, true),
  READ_HANG("read hangs", Fault.Kind.READ_HANG, false),
  WRITE_ERROR_ONCE("write error, once", Fault.Kind.WRITE_ERROR, true),
  WRITE_ERROR("write error, lasting", Fault.Kind.WRITE_ERROR, false),
  LOST_WRITE("lost write", Fault.Kind.LOST_WRITE, true),
  TORN_WRITE("torn write", Fault.Kind.TORN_WRITE, true),
  MISDIRECTED_WRITE("misdirected write", Fault.Kind.MISDIRECTED_WRITE, true),
  WRITE_HANG("write hangs", Fault.Kind.WRITE_HANG, false),
  SLOW("access takes 0.2 s", Fault.Kind.LATENCY, true),
  FLUSH_ERROR("flush fails", Fault.Kind.FLUSH_ERROR, true),
  FLUSH_HANG("flush hangs", Fault.Kind.FLUSH_HANG, false);

  private static final long SLOW_NANOS = 200_000_000;

  private final String title;
  private final Fault.Kind kind;
  private final boolean once;

  FaultClass(String title, Fault.Kind kind, boolean once) {
    this.title = title;
    this.kind = kind;
    this.once = once;
  }

  String title() {
    return title;
  }

  /** The title as a heading. */
  String heading() {
    return Character.toUpperCase(title.charAt(0)) + title.substring(1);
  }

  boolean ofReads() {
    return switch (kind) {
      case READ_ERROR, READ_FLIP, FLIPPED_BLOCK, ZEROED_BLOCK, SWAPPED_BLOCK, READ_HANG, LATENCY ->
          true;
      default -> false;
    };
  }

  boolean ofWrites() {
    return this == SLOW || !ofReads() && !ofFlushes();
  }

  boolean ofFlushes() {
    return kind == Fault.Kind.FLUSH_ERROR || kind == Fault.Kind.FLUSH_HANG;
  }

  boolean hangs() {
    return this == READ_HANG || this == WRITE_HANG || this == FLUSH_HANG;
  }

  /** The write is reported done: nobody can notice before it is read. */
  boolean silent() {
    return this == LOST_WRITE || this == TORN_WRITE || this == MISDIRECTED_WRITE;
  }

  /** Whether the medium is worse afterwards, and nothing but a repair makes it good. */
  boolean stays() {
    return silent() || this == FLIP || this == ZEROED || this == SWAPPED;
  }

  /** Whether another block of the same kind is needed for it. */
  boolean needsPartner() {
    return this == SWAPPED || this == MISDIRECTED_WRITE;
  }

  /**
   * The fault of one block.
   *
   * @param position byte position of the block
   * @param partner position of another one, where {@link #needsPartner()}
   */
  Fault at(long position, long partner) {
    long end = position + BlockDevice.BLOCK;
    Fault fault = once ? Fault.once(kind, position, end) : Fault.lasting(kind, position, end);
    return needsPartner() ? fault.with(partner) : this == SLOW ? fault.taking(SLOW_NANOS) : fault;
  }
}
