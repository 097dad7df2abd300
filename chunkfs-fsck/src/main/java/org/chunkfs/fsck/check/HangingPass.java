package org.chunkfs.fsck.check;

import org.jspecify.annotations.Nullable;

/**
 * How the chunk's directories hang together, by their back pointers.
 *
 * <p>Tests: no directory is its own ancestor, as far as the way up stays in the chunk. Collects for
 * {@link ConnectivityPass} where the way goes on in another chunk. Relies on the name pass.
 */
final class HangingPass {
  private static final int DIRECTORY = 4;

  private final ChunkContext c;
  private int walks;

  HangingPass(ChunkContext context) {
    this.c = context;
  }

  void run() {
    c.inodes.forEach(inode -> {
      Fact.Back name = inode.directory() ? inode.name : null;
      if (name != null) {
        walk(inode);
        if (!c.local(name.parent())) {
          c.facts.directories.put(inode.ino, ChunkFacts.Parent.of(name));
        }
      }
    });
    for (Fact.Dirent entry : c.facts.dirents) {
      if (entry.type() == DIRECTORY) {
        top(entry.parent());
      }
    }
    for (Fact.Head head : c.facts.heads) {
      top(head.inode());
    }
  }

  /** The directory that an inode hangs in, if it is in this chunk. */
  private @Nullable InodeFact parent(InodeFact inode) {
    Fact.Back name = inode.name;
    InodeFact parent = name == null ? null : c.inodes.get(name.parent());
    return parent != null && parent.directory() ? parent : null;
  }

  private void walk(InodeFact start) {
    int mark = ++walks;
    InodeFact at = start;
    while (at != null && at.walk == 0) {
      at.walk = mark;
      at = parent(at);
    }
    if (at == null || at.walk != mark) {
      return;
    }
    long lowest = at.ino;
    for (InodeFact i = parent(at); i != null && i != at; i = parent(i)) {
      lowest = Math.min(lowest, i.ino);
    }
    c.facts.cycles.add(lowest);
  }

  /** Notes where the way up from a directory leaves the chunk. */
  private void top(long directory) {
    InodeFact at = c.inodes.get(directory);
    for (int steps = c.inodes.size(); at != null && steps > 0; steps--) {
      Fact.Back name = at.directory() ? at.name : null;
      if (name != null && !c.local(name.parent())) {
        c.facts.tops.put(directory, at.ino);
        return;
      }
      at = parent(at);
    }
  }
}
