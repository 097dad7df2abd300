package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;

/**
 * Which chunks' journal rings hold anything: one bit a chunk, in blocks at each member's start. A
 * bit is set before the first append to an empty ring and cleared after a checkpoint left it empty;
 * so an opening reads only the rings that matter, and a ring whose first record was lost is not
 * taken for an empty one. A block that cannot be read counts as all ones.
 */
public final class RingMap {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final BlockDevice device;
  private final ImageLayout layout;
  private final byte[][][] blocks;
  private final boolean[][] damaged;

  private RingMap(BlockDevice device, ImageLayout layout) {
    this.device = device;
    this.layout = layout;
    int members = layout.members().size();
    this.blocks = new byte[members][][];
    this.damaged = new boolean[members][];
    for (int m = 0; m < members; m++) {
      int count = count(layout, m);
      blocks[m] = new byte[count][BLOCK];
      damaged[m] = new boolean[count];
    }
  }

  /** Number of map blocks on a member, from its block {@link Superblock#RING_MAP_BLOCK} on. */
  public static int count(ImageLayout layout, int member) {
    int chunks = layout.members().get(member).chunks();
    return (chunks + RingMapBlock.CHUNKS - 1) / RingMapBlock.CHUNKS;
  }

  /** Reads the map. */
  public static RingMap read(BlockDevice device, ImageLayout layout) {
    RingMap map = new RingMap(device, layout);
    for (int m = 0; m < map.blocks.length; m++) {
      for (int i = 0; i < map.blocks[m].length; i++) {
        byte[] block = map.blocks[m][i];
        boolean good = false;
        try {
          device.read(map.position(m, i), ByteBuffer.wrap(block));
          good = problemFree(block, layout, i);
        } catch (IOException e) {
          // counts as damaged
        }
        if (!good) {
          map.damaged[m][i] = true;
          Arrays.fill(block, (byte) 0xFF);
          map.header(block, i);
        }
      }
    }
    return map;
  }

  private static boolean problemFree(byte[] block, ImageLayout layout, int i) {
    return BlockHeader.problem(
                block, BlockKind.RING_MAP, layout.uuid(), -1, Superblock.RING_MAP_BLOCK + i)
            == null
        && BlockHeader.sealed(block, BLOCK);
  }

  /** Writes an empty map; the caller flushes. */
  static void create(BlockDevice device, ImageLayout layout) throws IOException {
    RingMap map = new RingMap(device, layout);
    for (int m = 0; m < map.blocks.length; m++) {
      for (int i = 0; i < map.blocks[m].length; i++) {
        map.header(map.blocks[m][i], i);
        map.write(m, i);
      }
    }
  }

  private void header(byte[] block, int i) {
    BlockHeader.init(
        block, BlockKind.RING_MAP, layout.uuid(), -1, Superblock.RING_MAP_BLOCK + i, 0);
  }

  private long position(int member, int i) {
    return (layout.members().get(member).start() + Superblock.RING_MAP_BLOCK + i) * BLOCK;
  }

  private void write(int member, int i) throws IOException {
    byte[] block = blocks[member][i];
    BlockHeader.seal(block, BLOCK);
    device.write(position(member, i), ByteBuffer.wrap(block));
  }

  /** True if a map block of a member cannot be believed. */
  public boolean damaged(int member) {
    for (boolean d : damaged[member]) {
      if (d) {
        return true;
      }
    }
    return false;
  }

  /** Whether a chunk's ring may hold records. */
  public synchronized boolean get(int chunk) {
    int member = layout.memberOf(chunk);
    int bit = chunk - layout.members().get(member).firstChunk();
    byte[] block = blocks[member][bit / RingMapBlock.CHUNKS];
    int in = bit % RingMapBlock.CHUNKS;
    return (block[RingMapBlock.BITS.offset() + (in >>> 3)] >>> (in & 7) & 1) != 0;
  }

  /** Changes a chunk's bit; handed to the operating system on return. */
  public synchronized void set(int chunk, boolean used) throws IOException {
    if (get(chunk) == used) {
      return;
    }
    int member = layout.memberOf(chunk);
    int bit = chunk - layout.members().get(member).firstChunk();
    int i = bit / RingMapBlock.CHUNKS;
    int in = bit % RingMapBlock.CHUNKS;
    blocks[member][i][RingMapBlock.BITS.offset() + (in >>> 3)] ^= (byte) (1 << (in & 7));
    write(member, i);
  }
}
