package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/** A device whose writes stay in memory until they are told as changes. */
final class Scratchpad extends DelegatingDevice {
  private static final int BLOCK = BlockDevice.BLOCK;

  /** Runs of changed bytes that are this near become one change. */
  private static final int NEAR = 16;

  private final TreeMap<Long, byte[]> content = new TreeMap<>();

  Scratchpad(BlockDevice below) {
    super(below);
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    int start = dst.position();
    int length = dst.remaining();
    delegate.read(position, dst);
    for (Map.Entry<Long, byte[]> e :
        content.subMap(position / BLOCK, (position + length + BLOCK - 1) / BLOCK).entrySet()) {
      long from = Math.max(position, e.getKey() * BLOCK);
      long to = Math.min(position + length, (e.getKey() + 1) * BLOCK);
      dst.put(
          start + (int) (from - position),
          e.getValue(),
          (int) (from - e.getKey() * BLOCK),
          (int) (to - from));
    }
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    while (src.hasRemaining()) {
      long block = position / BLOCK;
      int at = (int) (position % BLOCK);
      int n = Math.min(BLOCK - at, src.remaining());
      byte[] whole = content.get(block);
      if (whole == null) {
        whole = new byte[BLOCK];
        delegate.read(block * BLOCK, ByteBuffer.wrap(whole));
        content.put(block, whole);
      }
      src.get(whole, at, n);
      position += n;
    }
  }

  @Override
  public void flush() {
    // Nothing reaches the device below.
  }

  /** What differs from the device below. */
  List<Change> changes(String place, String what) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<Long, byte[]> e : content.entrySet()) {
      byte[] before = new byte[BLOCK];
      delegate.read(e.getKey() * BLOCK, ByteBuffer.wrap(before));
      byte[] after = e.getValue();
      int at = Arrays.mismatch(before, after);
      while (at >= 0) {
        int end = at + 1;
        for (int i = end; i < BLOCK && i < end + NEAR; i++) {
          end = before[i] != after[i] ? i + 1 : end;
        }
        changes.add(
            new Change(
                e.getKey() * BLOCK + at,
                place,
                what,
                Arrays.copyOfRange(before, at, end),
                Arrays.copyOfRange(after, at, end)));
        int next = Arrays.mismatch(before, end, BLOCK, after, end, BLOCK);
        at = next < 0 ? -1 : end + next;
      }
    }
    return changes;
  }
}
