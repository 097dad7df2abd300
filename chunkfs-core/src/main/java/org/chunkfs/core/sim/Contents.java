package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;

/**
 * Tells the contents of devices apart that differ little from a first one, of which they are
 * snapshots: by 64 bits that depend on nothing else than where and how they differ from it. Not for
 * several threads.
 */
public final class Contents {
  private static final int BLOCK = BlockDevice.BLOCK;

  private final MemoryDevice first;
  private final Map<Long, Long> ofFirst = new HashMap<>();
  private final byte[] bytes = new byte[BLOCK];
  private final CRC32C one = new CRC32C();
  private final CRC32 other = new CRC32();

  /**
   * @param first not to be written any more
   */
  public Contents(MemoryDevice first) {
    this.first = first;
  }

  /** What is the same for the same content; 0 for that of the first device. */
  public long of(MemoryDevice device) throws IOException {
    long sum = 0;
    for (long block : differing(device)) {
      sum += difference(device, block);
    }
    return sum;
  }

  /** The blocks in which a device can differ from the first one. */
  public long[] differing(MemoryDevice device) {
    return device.unshared(first);
  }

  /** What one block adds to that, if it is not shared with the first device. */
  public long difference(MemoryDevice device, long block) throws IOException {
    Long before = ofFirst.get(block);
    if (before == null) {
      before = hash(first, block);
      ofFirst.put(block, before);
    }
    return hash(device, block) - before;
  }

  private long hash(MemoryDevice device, long block) throws IOException {
    device.read(block * BLOCK, ByteBuffer.wrap(bytes));
    one.reset();
    one.update(bytes);
    other.reset();
    other.update(bytes);
    long mixed = (one.getValue() << 32 | other.getValue()) + block * 0x9E37_79B9_7F4A_7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ mixed >>> 31;
  }
}
