package org.chunkfs.fsck.repair;

import java.util.function.IntPredicate;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/** Looks inodes up in a chunk's model. */
record ModelLookup(ChunkModel model) implements ChunkFacts.Again {
  @Override
  public ChunkFacts.@Nullable Ident inode(long ino) {
    InodeModel inode = model.get(ino);
    return inode == null ? null : new ChunkFacts.Ident(inode.generation(), inode.mode() >> 12);
  }

  @Override
  public ChunkFacts.@Nullable Parent parent(long ino) {
    InodeModel inode = model.get(ino);
    if (inode == null || !inode.directory()) {
      return null;
    }
    ChunkFacts.Parent last = null;
    for (Item back : Names.backs(inode)) {
      last =
          new ChunkFacts.Parent(
              Items.BackPointer.PARENT.get(back.value(), 0),
              Items.BackPointer.PARENT_GENERATION.get(back.value(), 0),
              Names.ofBack(back));
    }
    return last;
  }

  @Override
  public @Nullable Crossings crossings(int chunk, IntPredicate targets) {
    return null; // who has the model has the facts too
  }

  @Override
  public void forget() {}
}
