package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.error.DeviceException;

/**
 * Several devices, one after another, as one. A transfer that spans a border is split there; when
 * one part fails, parts before it have been done. Closing it closes them all.
 */
public final class ConcatDevice implements BlockDevice {

  /** A transfer to or from one of the devices. Implementations capture nothing. */
  @FunctionalInterface
  private interface Transfer {
    void run(BlockDevice part, long position, ByteBuffer buffer) throws IOException;
  }

  private final List<BlockDevice> parts;
  private final long[] ends; // ends[i]: where parts[i] ends in the whole
  private final long size;
  private final boolean readOnly;
  private volatile boolean closed;

  /**
   * The devices in their order. It is read-only if one of them is.
   *
   * @throws IllegalArgumentException if there is none, or one is not of whole blocks
   */
  public ConcatDevice(List<? extends BlockDevice> parts) {
    this.parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a device made of no devices");
    }
    ends = new long[parts.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end = Math.addExact(end, Bounds.wholeBlocks(parts.get(i).size()));
      ends[i] = end;
    }
    size = end;
    readOnly = this.parts.stream().anyMatch(BlockDevice::readOnly);
  }

  /** The devices, in order: for who must flush, or give up, one without the others. */
  public List<BlockDevice> parts() {
    return parts;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    transfer(BlockDevice::read, position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    check("write", position, src);
    if (readOnly) {
      throw new DeviceException(this + ": is open for reading only");
    }
    transfer(BlockDevice::write, position, src);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    transfer(BlockDevice::readMedia, position, dst);
  }

  private void transfer(Transfer transfer, long position, ByteBuffer buffer) throws IOException {
    int limit = buffer.limit();
    long base = position - buffer.position();
    try {
      int part = find(position);
      while (buffer.position() < limit) {
        long at = base + buffer.position();
        long inPart = ends[part] - at;
        if (limit - buffer.position() > inPart) {
          buffer.limit(buffer.position() + (int) inPart);
        }
        transfer.run(parts.get(part), at - start(part), buffer);
        buffer.limit(limit);
        part++;
      }
    } finally {
      buffer.limit(limit);
    }
  }

  /** The index of the part that a position is in. */
  private int find(long position) {
    int part = 0;
    while (part < ends.length - 1 && ends[part] <= position) {
      part++;
    }
    return part;
  }

  private long start(int part) {
    return part == 0 ? 0 : ends[part - 1];
  }

  /** Flushes all parts at once, and fails when all have ended, if one failed. */
  @Override
  public void flush() throws IOException {
    checkOpen();
    if (parts.size() == 1) {
      parts.getFirst().flush();
    } else {
      Tasks.runAll(parts.stream().map(part -> (Tasks.Task) part::flush).toList());
    }
  }

  private void check(String operation, long position, ByteBuffer buffer) throws IOException {
    checkOpen();
    Bounds.check(this, size, operation, position, buffer.remaining());
  }

  private void checkOpen() throws DeviceException {
    if (closed) {
      throw new DeviceException(this + " has been closed");
    }
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public List<Member> members() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      for (Member m : parts.get(i).members()) {
        members.add(new Member(m.name(), start(i) + m.start(), m.size(), m.present()));
      }
    }
    return List.copyOf(members);
  }

  @Override
  public boolean prompt() {
    return parts.stream().allMatch(BlockDevice::prompt);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    closeAll(parts);
  }

  /** Closes all, also when one fails. */
  static void closeAll(List<? extends BlockDevice> devices) throws IOException {
    IOException first = null;
    for (BlockDevice device : devices) {
      try {
        device.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public String toString() {
    return parts.size() == 1
        ? parts.getFirst().toString()
        : "%s and %d more".formatted(parts.getFirst(), parts.size() - 1);
  }
}
