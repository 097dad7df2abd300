package org.chunkfs.fsck.repair;

import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's directory for inodes that no name leads to.
 *
 * @param id node id
 * @param name that it should have in the root directory
 */
public record LostFound(long id, byte[] name) {
  /** Of a chunk that has one, and not the root directory; else null. */
  static @Nullable LostFound of(ChunkModel model) {
    long root = model.scan.reader().layout().root();
    InodeModel inode = model.get(place(model));
    if (inode == null || !inode.directory() || Ino.chunk(root) == model.chunk()) {
      return null;
    }
    for (Item back : Names.backs(inode)) {
      if (Items.BackPointer.PARENT.get(back.value(), 0) == root) {
        return new LostFound(Ino.id(inode.ino, inode.generation()), Names.ofBack(back));
      }
    }
    return null;
  }

  /** Whether an inode has the place for lost ones, and {@code parent} is where its name belongs. */
  static boolean is(ChunkModel model, InodeModel inode, long parent) {
    return inode.ino == place(model) && parent == model.scan.reader().layout().root();
  }

  /** The inode number it has, or would have: the next one where a file has taken it. */
  static long place(ChunkModel model) {
    int index = model.geometry.indexBlock();
    for (int slot = ChunkGeometry.LOST_FOUND; slot < InodeRecord.PER_BLOCK; slot++) {
      InodeModel there = model.get(Ino.of(model.chunk(), index, slot));
      if (there == null || there.directory()) {
        return Ino.of(model.chunk(), index, slot);
      }
    }
    return Ino.of(model.chunk(), index, ChunkGeometry.LOST_FOUND);
  }

  /** The name it gets when {@code i} others were taken. */
  static byte[] name(int chunk, int i) {
    String text = chunk == 0 ? "lost+found" : "lost+found." + chunk;
    return (i == 0 ? text : text + "-" + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
