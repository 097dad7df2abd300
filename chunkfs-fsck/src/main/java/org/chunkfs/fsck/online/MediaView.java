package org.chunkfs.fsck.online;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/** A device read past the caches of the host. */
final class MediaView extends DelegatingDevice {
  MediaView(BlockDevice device) {
    super(device);
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    delegate.readMedia(position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    throw new IOException("a check never writes");
  }
}
