package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;

/** The blocks in which devices differ. */
final class Blocks {
  private static final int STEP = 1 << 20;

  private Blocks() {}

  /** Positions of the blocks that are not the same on two devices. */
  static TreeSet<Long> differing(BlockDevice a, BlockDevice b) throws IOException {
    TreeSet<Long> blocks = new TreeSet<>();
    ByteBuffer one = ByteBuffer.allocate(STEP);
    ByteBuffer two = ByteBuffer.allocate(STEP);
    for (long at = 0; at < a.size(); at += STEP) {
      int length = (int) Math.min(STEP, a.size() - at);
      a.read(at, one.clear().limit(length));
      b.read(at, two.clear().limit(length));
      if (one.flip().mismatch(two.flip()) >= 0) {
        for (int in = 0; in < length; in += BlockHeader.BLOCK) {
          if (!one.slice(in, BlockHeader.BLOCK).equals(two.slice(in, BlockHeader.BLOCK))) {
            blocks.add(at + in);
          }
        }
      }
    }
    return blocks;
  }

  /** Writes these blocks of one device to another. */
  static void copy(BlockDevice from, BlockDevice to, TreeSet<Long> blocks) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BlockHeader.BLOCK);
    for (long at : blocks) {
      from.read(at, block.clear());
      to.write(at, block.flip());
    }
  }
}
