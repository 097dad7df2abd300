package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;

/**
 * The TRIM entries of a chunk's orphan index: files with blocks still to be freed. A file has one
 * entry at most; one with no names left stays in the index as that, since all of it goes anyway.
 */
final class TrimIndex {
  private TrimIndex() {}

  /** Enters a file, which lives in this chunk, with the range that is to be freed. */
  static void put(ChunkTx tx, long id, long from, long to) throws IOException {
    long ino = Ino.ofId(id);
    long index = Inodes.index(tx, ChunkGeometry.ORPHANS);
    ItemCursor c = new ItemCursor(tx, index);
    if (ItemMap.find(c, ItemType.ORPHAN, ino, 0) && reason(c) == Items.Orphan.UNLINKED) {
      return;
    }
    OrphanIndex.put(tx, id, Items.Orphan.TRIM, from, to);
  }

  /** Takes a file's TRIM entry out, if it has one. */
  static void remove(ChunkTx tx, long id) throws IOException {
    long index = Inodes.index(tx, ChunkGeometry.ORPHANS);
    ItemCursor c = new ItemCursor(tx, index);
    if (ItemMap.find(c, ItemType.ORPHAN, Ino.ofId(id), 0) && reason(c) == Items.Orphan.TRIM) {
      OrphanIndex.remove(tx, Ino.ofId(id));
    }
  }

  private static int reason(ItemCursor c) throws IOException {
    c.require(Items.Orphan.SIZE);
    return Items.Orphan.REASON.get(c.bytes(), c.valueAt());
  }
}
