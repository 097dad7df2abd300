package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Items;

/**
 * One inode of a file or directory that lies in several chunks: which keys it holds, and if it is
 * the head, the map that says where the others are. {@link ContinuationPass} compares the two.
 */
final class Spread {
  private static final long[] NO_KEYS = {};

  private final List<Fact.Range> map = new ArrayList<>();
  private long[] keys = NO_KEYS;
  private int count;

  /** Whether an inode of these flags is the head of such a file, or a part of one. */
  static boolean is(int flags) {
    return (flags & (InodeRecord.FLAG_SPREAD | InodeRecord.FLAG_CONTINUATION)) != 0;
  }

  /** An entry or extent is here, whose first and last key are these. */
  void key(long first, long last) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, Math.max(8, 2 * count));
    }
    keys[count++] = first;
    keys[count++] = last;
  }

  /**
   * An item of the map of {@code head} is here.
   *
   * @param bytes have its value at {@code at}
   */
  void range(long head, long from, byte[] bytes, int at) {
    map.add(
        new Fact.Range(
            head,
            from,
            Items.Continuation.INO.get(bytes, at),
            Items.Continuation.GENERATION.get(bytes, at)));
  }

  Fact.Head head(long ino, int generation, int mode, long remoteBlocks) {
    return new Fact.Head(ino, generation, mode, remoteBlocks, map, keys());
  }

  Fact.Part part(long ino, int generation, int mode, long head, int headGeneration, long blocks) {
    return new Fact.Part(ino, generation, mode, head, headGeneration, blocks, keys());
  }

  private long[] keys() {
    return count == keys.length ? keys : Arrays.copyOf(keys, count);
  }
}
