package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.error.MemberMissingException;

/** A member of an image that was cut short, or is not there, and that can come back. */
final class CutDevice extends DelegatingDevice {
  private final String name;
  private long left;

  /**
   * @param left bytes that are still there; 0: the member is missing
   */
  CutDevice(BlockDevice whole, String name, long left) {
    super(whole);
    this.name = name;
    this.left = left;
  }

  /** Gives back what is missing. */
  void comeBack() {
    left = delegate.size();
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    check(position, dst);
    super.read(position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    check(position, src);
    super.write(position, src);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    check(position, dst);
    super.readMedia(position, dst);
  }

  private void check(long position, ByteBuffer buffer) throws IOException {
    if (position + buffer.remaining() > left) {
      throw new MemberMissingException(
          "%s: bytes %d to %d are not there: the member has %d of its %d bytes"
              .formatted(name, position, position + buffer.remaining() - 1, left, size()));
    }
  }

  @Override
  public List<Member> members() {
    return List.of(new Member(name, 0, size(), left > 0));
  }
}
