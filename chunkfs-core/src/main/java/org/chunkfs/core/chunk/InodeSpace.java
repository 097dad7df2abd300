package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * Inode blocks that may have a free slot: hints, the block table decides. Under the chunk's write
 * lock.
 */
final class InodeSpace {
  /** Looks up what the block table says. */
  @FunctionalInterface
  interface Room {
    boolean in(int block) throws IOException;
  }

  // The one that was spoken of last comes first.
  private final LinkedHashSet<Integer> blocks = new LinkedHashSet<>();

  void hasRoom(int block) {
    blocks.addFirst(block);
  }

  /** A block with room other than {@code avoided}, or -1; blocks that have none are forgotten. */
  int find(int avoided, Room room) throws IOException {
    Iterator<Integer> all = blocks.iterator();
    while (all.hasNext()) {
      int block = all.next();
      if (block != avoided) {
        if (room.in(block)) {
          return block;
        }
        all.remove();
      }
    }
    return -1;
  }
}
