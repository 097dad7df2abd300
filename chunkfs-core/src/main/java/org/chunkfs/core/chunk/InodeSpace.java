package org.chunkfs.core.chunk;

import java.util.ArrayDeque;

/**
 * Inode blocks that may have a free slot: hints, the block table decides. Under the chunk's write
 * lock.
 */
final class InodeSpace {
  private final ArrayDeque<Integer> blocks = new ArrayDeque<>();

  void hasRoom(int block) {
    Integer first = blocks.peekFirst();
    if (first == null || first != block) {
      blocks.addFirst(block);
    }
  }

  /** A block that may have room, or -1. */
  int candidate() {
    Integer first = blocks.peekFirst();
    return first == null ? -1 : first;
  }

  /** The candidate turned out to be full, or gone. */
  void dropCandidate() {
    blocks.pollFirst();
  }
}
