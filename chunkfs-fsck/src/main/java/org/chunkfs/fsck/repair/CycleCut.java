package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/** Takes a directory out of the directory that it is an ancestor of: it goes to lost+found. */
final class CycleCut {
  private final TreeMap<Integer, ChunkModel> models;
  private final boolean alone;
  private final NameHash hash;
  private final Names names;
  private final List<String> log;

  /**
   * @param models of the chunks in which names may be removed
   * @param alone whether a name stays of which an end is in another chunk; else that end is left
   */
  CycleCut(TreeMap<Integer, ChunkModel> models, boolean alone, byte[] key, List<String> log) {
    this.models = models;
    this.alone = alone;
    this.hash = new NameHash(key);
    this.names = new Names(hash);
    this.log = log;
  }

  /** Cuts each circle that was found, at the directory that it was found at. */
  void run(List<Finding> findings) {
    for (Finding finding : findings) {
      InodeModel directory = finding.problem() == Problem.CYCLE ? get(finding.inode()) : null;
      if (directory != null) {
        new ArrayList<>(Names.backs(directory)).forEach(back -> cut(directory, back));
      }
    }
  }

  private @Nullable InodeModel get(long ino) {
    ChunkModel model = models.get(Ino.chunk(ino));
    return model == null ? null : model.get(ino);
  }

  private void cut(InodeModel directory, Item back) {
    byte[] name = Names.ofBack(back);
    InodeModel parent = get(Items.BackPointer.PARENT.get(back.value(), 0));
    InodeModel holder = parent == null ? null : get(Names.part(parent, hash.cookie(name)));
    Item entry = holder == null ? null : names.dirent(holder, name);
    if (holder != null && entry != null) {
      holder.remove(entry);
    } else if (alone) {
      return;
    }
    log.add("cut the circle of directories at " + Names.show(directory));
    directory.remove(back);
  }
}
