package org.chunkfs.cli.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.chunkfs.cli.fuse.FuseProtocol.OutHeader;

/**
 * The reply being put together, in a buffer that is used again for the next one. Offsets count from
 * behind the header; what was not put is left over from earlier replies, so structures with gaps
 * begin with {@link #clear}.
 */
final class FuseReply {
  private static final int PAGE = 4096;

  private final MemorySegment message;
  private final MemorySegment body;
  private long held;

  /** A buffer for replies of up to {@code maxRead} bytes, whose data begin on a page. */
  FuseReply(Arena arena, int maxRead) {
    message = arena.allocate(PAGE + maxRead + PAGE, PAGE).asSlice(PAGE - OutHeader.SIZE);
    body = message.asSlice(OutHeader.SIZE);
  }

  /**
   * Notes that this reply tells the kernel of a hold on {@code node}, to be let go if it never
   * hears.
   */
  void holds(long node) {
    held = node;
  }

  /** The node that the reply holds, or 0; forgets it. */
  long takeHeld() {
    long node = held;
    held = 0;
    return node;
  }

  void clear(int offset, int length) {
    body.asSlice(offset, length).fill((byte) 0);
  }

  void putShort(int offset, int value) {
    body.set(JAVA_SHORT, offset, (short) value);
  }

  void putInt(int offset, int value) {
    body.set(JAVA_INT, offset, value);
  }

  void putLong(int offset, long value) {
    body.set(JAVA_LONG, offset, value);
  }

  void putBytes(int offset, byte[] bytes) {
    MemorySegment.copy(bytes, 0, body, JAVA_BYTE, offset, bytes.length);
  }

  /** The place for the first {@code length} bytes of data, to be filled without a copy. */
  ByteBuffer data(int length) {
    return body.asSlice(0, length).asByteBuffer();
  }

  /** Sends the first {@code length} bytes as the answer to a request; 0 or the negative errno. */
  long send(FuseDevice device, long unique, int length) {
    return send(device, unique, 0, length);
  }

  /** Answers a request with an error. */
  long sendError(FuseDevice device, long unique, int negativeErrno) {
    return send(device, unique, negativeErrno, 0);
  }

  /** Sends the first {@code length} bytes as a notification. */
  long sendNotification(FuseDevice device, int code, int length) {
    return send(device, 0, code, length);
  }

  private long send(FuseDevice device, long unique, int error, int length) {
    message.set(JAVA_INT, OutHeader.LEN, OutHeader.SIZE + length);
    message.set(JAVA_INT, OutHeader.ERROR, error);
    message.set(JAVA_LONG, OutHeader.UNIQUE, unique);
    long r = device.write(message.asSlice(0, OutHeader.SIZE + length));
    return Math.min(r, 0);
  }
}
