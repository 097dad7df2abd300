package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;

/** Brings what chunks say of each other into line, by ordinary transactions. */
final class CrossEdits {
  /** Edits in one transaction. */
  private static final int MOST = 32;

  private final Engine engine;

  CrossEdits(Engine engine) {
    this.engine = engine;
  }

  /** Makes the edits that still apply, those of one chunk together; returns how many did. */
  int apply(List<ItemEdit> edits) throws IOException {
    int done = 0;
    for (int from = 0; from < edits.size(); ) {
      int chunk = Ino.chunk(edits.get(from).ino());
      List<ItemEdit> batch = new ArrayList<>();
      while (from < edits.size()
          && batch.size() < MOST
          && Ino.chunk(edits.get(from).ino()) == chunk) {
        batch.add(edits.get(from++));
      }
      done +=
          engine.update(
              engine.deadline(),
              true,
              tx -> {
                int n = 0;
                for (ItemEdit edit : batch) {
                  n += apply(tx.chunk(chunk), edit) ? 1 : 0;
                }
                return n;
              },
              chunk);
    }
    return done;
  }

  private static boolean apply(ChunkTx tx, ItemEdit edit) throws IOException {
    long ino = edit.ino();
    try {
      Inodes.find(tx, Ino.id(ino, edit.generation()));
    } catch (FsException e) {
      return false; // the inode is gone, and its items with it
    }
    ItemCursor cursor = new ItemCursor(tx, ino);
    boolean found = ItemMap.find(cursor, edit.type(), edit.major(), edit.minor());
    byte[] before = edit.before();
    byte[] after = edit.after();
    if (found != (before != null) || before != null && !Arrays.equals(cursor.value(), before)) {
      return false; // somebody has changed it since
    }
    if (after != null) {
      ItemMap.put(tx, ino, edit.type(), edit.major(), edit.minor(), after);
    } else if (found) {
      ItemMap.remove(tx, ino, edit.type(), edit.major(), edit.minor());
    }
    count(tx, edit, (after == null ? 0 : 1) - (found ? 1 : 0));
    return true;
  }

  private static void count(ChunkTx tx, ItemEdit edit, int delta) throws IOException {
    if (delta == 0) {
      return;
    }
    switch (edit.type()) {
      case XREF_OUT -> tx.count(ChunkStateBlock.XREFS_OUT, delta);
      case XREF_IN -> tx.count(ChunkStateBlock.XREFS_IN, delta);
      case DIRENT -> {
        byte[] block = Inodes.edit(tx, edit.ino());
        int at = Inodes.at(edit.ino());
        InodeRecord.ENTRIES.set(block, at, InodeRecord.ENTRIES.get(block, at) + delta);
      }
      default ->
          throw new IllegalArgumentException("items of type " + edit.type() + " stand alone");
    }
  }
}
