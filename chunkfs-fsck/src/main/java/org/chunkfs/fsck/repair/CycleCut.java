package org.chunkfs.fsck.repair;

import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.scan.Item;

/** Takes a directory out of the directory that it is an ancestor of. */
final class CycleCut {
  private CycleCut() {}

  /** Removes all names of a directory, on both ends where the other end is at hand. */
  static void cut(InodeModel inode, TreeMap<Integer, ChunkModel> models, Names names) {
    for (Item back : Names.backs(inode)) {
      long parent = Items.BackPointer.PARENT.get(back.value(), 0);
      inode.remove(back);
      ChunkModel there = models.get(Ino.chunk(parent));
      InodeModel dir = there == null ? null : there.get(parent);
      Item entry = dir == null ? null : names.dirent(dir, Names.ofBack(back));
      if (dir != null && entry != null) {
        dir.remove(entry);
      }
    }
  }
}
