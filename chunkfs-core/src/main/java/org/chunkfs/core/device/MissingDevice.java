package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.chunkfs.core.error.MemberMissingException;

/**
 * The place of a member that is not there: every read and write is a {@link
 * MemberMissingException}. A flush does nothing, since nothing was written.
 */
public final class MissingDevice implements BlockDevice {
  private final String name;
  private final long size;

  /** The place of a member with a name and a size in bytes, a multiple of {@link #BLOCK}. */
  public MissingDevice(String name, long size) {
    this.name = Objects.requireNonNull(name);
    this.size = Bounds.wholeBlocks(size);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    throw missing("read", position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    throw missing("write", position, src);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    throw missing("read", position, dst);
  }

  private MemberMissingException missing(String operation, long position, ByteBuffer buffer)
      throws IOException {
    Bounds.check(name, size, operation, position, buffer.remaining());
    return new MemberMissingException(
        "%s: this member of the image is missing (%s of %d bytes at %d)"
            .formatted(name, operation, buffer.remaining(), position));
  }

  @Override
  public void flush() {}

  /** False: what is not there is no reason to refuse writing to the rest of an image. */
  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public List<Member> members() {
    return List.of(new Member(name, 0, size, false));
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return name;
  }
}
