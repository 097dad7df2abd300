package org.chunkfs.fsck.check;

import java.util.function.Consumer;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.jspecify.annotations.Nullable;

/** The inodes of one chunk by their places, in the order of their numbers. */
final class InodeTable {
  private final int chunk;
  private final int first;
  private final int count;
  private @Nullable InodeFact @Nullable [] @Nullable [] blocks;
  private int size;

  InodeTable(int chunk, ChunkGeometry geometry) {
    this.chunk = chunk;
    this.first = geometry.bodyStart();
    this.count = geometry.bodyBlocks();
  }

  /** The inode of that number, wherever the number may lead; null if there is none. */
  @Nullable InodeFact get(long ino) {
    int at = Ino.block(ino) - first;
    int slot = Ino.slot(ino);
    if (blocks == null
        || ino >>> 48 != 0
        || Ino.chunk(ino) != chunk
        || at < 0
        || at >= count
        || slot >= InodeRecord.PER_BLOCK) {
      return null;
    }
    @Nullable InodeFact @Nullable [] block = blocks[at];
    return block == null ? null : block[slot];
  }

  /** Adds an inode whose number is of this chunk's body. */
  void put(InodeFact inode) {
    int at = Ino.block(inode.ino) - first;
    if (blocks == null) {
      blocks = new InodeFact[count][];
    }
    @Nullable InodeFact @Nullable [] block = blocks[at];
    if (block == null) {
      block = new InodeFact[InodeRecord.PER_BLOCK];
      blocks[at] = block;
    }
    size += block[Ino.slot(inode.ino)] == null ? 1 : 0;
    block[Ino.slot(inode.ino)] = inode;
  }

  int size() {
    return size;
  }

  void forEach(Consumer<InodeFact> action) {
    if (blocks == null) {
      return;
    }
    for (@Nullable InodeFact @Nullable [] block : blocks) {
      for (int slot = 0; block != null && slot < block.length; slot++) {
        InodeFact inode = block[slot];
        if (inode != null) {
          action.accept(inode);
        }
      }
    }
  }
}
