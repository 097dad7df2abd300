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

  /** So many bytes are read at once where fewer are asked for: metadata lies close together. */
  private static final int WINDOW = 64 * BLOCK;

  private final Map<Long, byte[]> seen = new HashMap<>();

  MediaView(BlockDevice device) {
    super(device);
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    int length = dst.remaining();
    if (position % BLOCK != 0 || length % BLOCK != 0) {
      delegate.readMedia(position, dst);
      return;
    }
    int start = dst.position();
    if (remembered(position, dst)) {
      return;
    }
    if (length < WINDOW && lookAround(position) && remembered(position, dst.position(start))) {
      return;
    }
    delegate.readMedia(position, dst.position(start));
    remember(position, dst.slice(start, length));
  }

  /** Reads along what lies around; false if that cannot be. */
  private boolean lookAround(long position) {
    long from = position / WINDOW * WINDOW;
    ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW, size() - from));
    try {
      delegate.readMedia(from, window);
    } catch (IOException e) {
      return false; // the block itself may be readable
    }
    remember(from, window.flip());
    return true;
  }

  private void remember(long position, ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit() && seen.size() < MOST; at += BLOCK) {
      byte[] block = new byte[BLOCK];
      bytes.get(at, block);
      seen.putIfAbsent(position + at, block);
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
