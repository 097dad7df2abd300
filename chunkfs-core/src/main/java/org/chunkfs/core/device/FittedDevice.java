package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.error.MemberMissingException;

/**
 * A member whose file is not as long as the image says, in the size that the image says: what a
 * file has too much is out of reach, and what it lacks is a {@link MemberMissingException}.
 */
final class FittedDevice extends DelegatingDevice {
  private final long size;

  FittedDevice(BlockDevice file, long size) {
    super(file);
    this.size = Bounds.wholeBlocks(size);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    super.read(position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    check("write", position, src);
    super.write(position, src);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    super.readMedia(position, dst);
  }

  private void check(String operation, long position, ByteBuffer buffer) throws IOException {
    int length = buffer.remaining();
    Bounds.check(this, size, operation, position, length);
    if (length > delegate.size() - position) {
      throw new MemberMissingException(
          "%s: %s of %d bytes at %d: this member of the image is cut short, to %d of its %d bytes"
              .formatted(this, operation, length, position, delegate.size(), size));
    }
  }

  @Override
  public List<Member> members() {
    return List.of(new Member(toString(), 0, size, true));
  }
}
