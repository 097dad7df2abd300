package org.chunkfs.fsck.online;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/**
 * A device read past the caches of the host, each block once: who looks at something twice sees the
 * same, and waits for the medium no more than needed. For one look; not for several threads.
 */
final class MediaView extends DelegatingDevice {
  /** Blocks that are remembered. */
  private static final int MOST = 1 << 12;

  private final Map<Long, byte[]> seen = new HashMap<>();

  MediaView(BlockDevice device) {
    super(device);
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    if (position % BLOCK != 0 || dst.remaining() % BLOCK != 0) {
      delegate.readMedia(position, dst);
      return;
    }
    int start = dst.position();
    if (remembered(position, dst)) {
      return;
    }
    dst.position(start);
    delegate.readMedia(position, dst);
    for (int at = start; at < dst.limit() && seen.size() < MOST; at += BLOCK) {
      byte[] block = new byte[BLOCK];
      dst.get(at, block);
      seen.put(position + at - start, block);
    }
  }

  private boolean remembered(long position, ByteBuffer dst) {
    for (long at = position; dst.hasRemaining(); at += BLOCK) {
      byte[] block = seen.get(at);
      if (block == null) {
        return false;
      }
      dst.put(block);
    }
    return true;
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    throw new IOException("a check never writes");
  }
}
