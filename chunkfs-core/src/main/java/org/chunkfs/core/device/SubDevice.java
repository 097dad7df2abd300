package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.chunkfs.core.error.DeviceException;

/**
 * A window on a part of another device. Flushing it flushes the whole device; closing it closes
 * only the window.
 */
public final class SubDevice implements BlockDevice {
  private final BlockDevice whole;
  private final long start;
  private final long length;
  private volatile boolean closed;

  /**
   * A window on {@code length} bytes from {@code start} on; both are multiples of {@link #BLOCK}.
   *
   * @throws IllegalArgumentException if the window does not lie on whole blocks within the device
   */
  public SubDevice(BlockDevice whole, long start, long length) {
    this.whole = Objects.requireNonNull(whole);
    this.start = start;
    this.length = Bounds.wholeBlocks(length);
    if (start < 0 || start % BLOCK != 0 || length > whole.size() - start) {
      throw new IllegalArgumentException(
          "a window of %d bytes at %d on %s, which has %d"
              .formatted(length, start, whole, whole.size()));
    }
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    whole.read(start + position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    check("write", position, src);
    whole.write(start + position, src);
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    whole.flush();
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    whole.readMedia(start + position, dst);
  }

  private void check(String operation, long position, ByteBuffer buffer) throws IOException {
    checkOpen();
    Bounds.check(this, length, operation, position, buffer.remaining());
  }

  private void checkOpen() throws DeviceException {
    if (closed) {
      throw new DeviceException(this + " has been closed");
    }
  }

  @Override
  public boolean readOnly() {
    return whole.readOnly();
  }

  /** The members that lie in the window, with the parts of them that do. */
  @Override
  public List<Member> members() {
    List<Member> inside = new ArrayList<>();
    for (Member member : whole.members()) {
      long from = Math.max(member.start(), start);
      long to = Math.min(member.end(), start + length);
      if (from < to) {
        inside.add(new Member(member.name(), from - start, to - from, member.present()));
      }
    }
    return List.copyOf(inside);
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "%s[%d+%d]".formatted(whole, start, length);
  }
}
