package org.chunkfs.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.chunkfs.core.format.BlockHeader;

/** The part of a ring that a scan has in memory; addressed by absolute positions. */
final class RingWindow {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** What is read at once, while nothing is unreadable. */
  private static final int PIECE = 1 << 17;

  private final RingIo io;
  private final int ringBytes;
  private byte[] bytes;
  private int piece = PIECE;
  private long start;
  private long end;

  RingWindow(RingIo io, int ringBytes) {
    this.io = io;
    this.ringBytes = ringBytes;
    this.bytes = new byte[Math.min(PIECE, ringBytes)];
  }

  /** From now on reads no more than is asked for. */
  void readLittle() {
    piece = BLOCK;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Index in {@link #bytes} of a loaded position. */
  int at(long position) {
    return (int) (position - start);
  }

  /** Where the loaded bytes end. */
  long end() {
    return end;
  }

  byte[] copy(long position, int length) {
    return Arrays.copyOfRange(bytes, at(position), at(position) + length);
  }

  /**
   * Makes {@code length} bytes from {@code position} on available; they do not cross the ring's
   * end.
   *
   * @throws IOException if one of their blocks cannot be read; a bad block near them does not
   *     matter
   */
  void load(long position, int length) throws IOException {
    if (position >= start && position + length <= end) {
      return;
    }
    int offset = (int) (position % ringBytes);
    int from = offset & -BLOCK;
    int needed = (int) Ring.alignUp(offset + length) - from;
    int wanted = Math.min(Math.max(needed, piece), ringBytes - from);
    try {
      read(position - (offset - from), from, wanted);
    } catch (IOException e) {
      if (wanted == needed) {
        throw e;
      }
      piece = BLOCK;
      read(position - (offset - from), from, needed);
    }
  }

  private void read(long position, int from, int length) throws IOException {
    start = position;
    end = position;
    if (bytes.length < length) {
      bytes = new byte[length];
    }
    io.read(from, ByteBuffer.wrap(bytes, 0, length));
    end = position + length;
  }
}
