package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.chunkfs.core.device.MemoryDevice;

/**
 * Tells the contents of devices apart that are the same but for what a recording wrote: by 64 bits
 * that depend on nothing else than how they differ from the first one.
 */
final class CrashContents {
  private static final int BLOCK = 4096;

  private final MemoryDevice start;
  private final long[] blocks;
  private final long[] first;
  private final byte[] bytes = new byte[BLOCK];
  private final CRC32C one = new CRC32C();
  private final CRC32 other = new CRC32();

  CrashContents(Recording recording) throws IOException {
    this.start = recording.start();
    Set<Long> touched = new TreeSet<>();
    for (Recording.Event event : recording.events()) {
      if (event instanceof Recording.Write(long position, byte[] written)) {
        for (long b = position / BLOCK; b * BLOCK < position + written.length; b++) {
          touched.add(b);
        }
      }
    }
    blocks = touched.stream().mapToLong(Long::longValue).toArray();
    first = new long[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      first[i] = block(start, blocks[i]);
    }
  }

  /** What is the same for the same content. */
  long of(MemoryDevice device) throws IOException {
    long sum = 0;
    for (int i = 0; i < blocks.length; i++) {
      sum += block(device, blocks[i]) - first[i];
    }
    return sum;
  }

  private long block(MemoryDevice device, long block) throws IOException {
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
