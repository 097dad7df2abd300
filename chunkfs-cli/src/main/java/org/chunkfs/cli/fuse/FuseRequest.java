package org.chunkfs.cli.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.chunkfs.cli.fuse.FuseProtocol.InHeader;
import org.chunkfs.cli.fuse.FuseProtocol.Write;

/**
 * One request as the kernel sent it, in a buffer that is used again for the next one. Offsets of
 * arguments count from behind the header. Reading beyond what the kernel sent throws {@link
 * IndexOutOfBoundsException}.
 */
final class FuseRequest {
  private static final int PAGE = 4096;

  private final MemorySegment buffer;
  private MemorySegment message;
  private MemorySegment arguments;

  /**
   * A buffer for requests that carry up to {@code maxWrite} bytes, whose data then begin on a page.
   */
  FuseRequest(Arena arena, int maxWrite) {
    int head = InHeader.SIZE + Write.SIZE;
    buffer = arena.allocate(PAGE + maxWrite + PAGE, PAGE).asSlice(PAGE - head);
    message = buffer;
    arguments = buffer.asSlice(InHeader.SIZE);
  }

  /** Waits for the next request; returns its length or the negative errno. */
  long receive(FuseDevice device) {
    long length = device.read(buffer);
    if (length >= InHeader.SIZE) {
      message = buffer.asSlice(0, length);
      arguments = buffer.asSlice(InHeader.SIZE, length - InHeader.SIZE);
    }
    return length;
  }

  int opcode() {
    return message.get(JAVA_INT, InHeader.OPCODE);
  }

  /** The number that the reply must carry. */
  long unique() {
    return message.get(JAVA_LONG, InHeader.UNIQUE);
  }

  /** The inode it is about, by the kernel's number. */
  long nodeId() {
    return message.get(JAVA_LONG, InHeader.NODEID);
  }

  int uid() {
    return message.get(JAVA_INT, InHeader.UID);
  }

  int gid() {
    return message.get(JAVA_INT, InHeader.GID);
  }

  int intAt(int offset) {
    return arguments.get(JAVA_INT, offset);
  }

  long longAt(int offset) {
    return arguments.get(JAVA_LONG, offset);
  }

  /** Whether there are argument bytes from {@code offset} on. */
  boolean has(int offset) {
    return arguments.byteSize() > offset;
  }

  /** The NUL-terminated name at {@code offset}, without the NUL. */
  byte[] nameAt(int offset) {
    int end = offset;
    while (arguments.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    return bytesAt(offset, end - offset);
  }

  byte[] bytesAt(int offset, int length) {
    return arguments.asSlice(offset, length).toArray(JAVA_BYTE);
  }

  /** The data at {@code offset}, not copied: valid until the reply is sent. */
  ByteBuffer dataAt(int offset, int length) {
    return arguments.asSlice(offset, length).asByteBuffer();
  }
}
