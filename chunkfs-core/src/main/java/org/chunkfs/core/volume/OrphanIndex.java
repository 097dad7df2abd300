package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items.Orphan;

/** A chunk's index of inodes that wait to be deleted or trimmed. */
final class OrphanIndex {
  private OrphanIndex() {}

  /**
   * An entry.
   *
   * @param id node id
   * @param reason {@link Orphan#UNLINKED} or {@link Orphan#TRIM}
   * @param from trim: first block to free
   * @param to trim: block after the last one to free
   */
  record Entry(long id, int reason, long from, long to) {}

  /** Enters an inode, or replaces its entry. */
  static void put(ChunkTx tx, long id, int reason, long from, long to) throws IOException {
    long index = Inodes.index(tx, ChunkGeometry.ORPHANS);
    long ino = Ino.ofId(id);
    byte[] value = new byte[Orphan.SIZE];
    Orphan.GENERATION.set(value, 0, Directories.generation(tx, ino));
    Orphan.REASON.set(value, 0, reason);
    Orphan.FROM.set(value, 0, from);
    Orphan.TO.set(value, 0, to);
    boolean there = ItemMap.find(new ItemCursor(tx, index), ItemType.ORPHAN, ino, 0);
    ItemMap.put(tx, index, ItemType.ORPHAN, ino, 0, value);
    if (!there) {
      tx.count(ChunkStateBlock.ORPHANS, 1);
    }
  }

  /** Takes an inode out; true if it was there. */
  static boolean remove(ChunkTx tx, long ino) throws IOException {
    boolean was =
        ItemMap.remove(tx, Inodes.index(tx, ChunkGeometry.ORPHANS), ItemType.ORPHAN, ino, 0);
    if (was) {
      tx.count(ChunkStateBlock.ORPHANS, -1);
    }
    return was;
  }

  /** At most {@code most} entries with inode numbers from {@code from} on. */
  static List<Entry> list(BlockReader r, long from, int most) throws IOException {
    List<Entry> found = new ArrayList<>();
    if (ChunkStateBlock.ORPHANS.get(r.get(r.geometry().stateBlock()), 0) == 0) {
      return found;
    }
    ItemCursor c = new ItemCursor(r, Inodes.index(r, ChunkGeometry.ORPHANS));
    boolean more = c.seek(ItemType.ORPHAN, from, 0);
    while (more && c.at(ItemType.ORPHAN) && found.size() < most) {
      byte[] b = c.require(Orphan.SIZE).bytes();
      int at = c.valueAt();
      found.add(
          new Entry(
              Ino.id(c.major(), Orphan.GENERATION.get(b, at)),
              Orphan.REASON.get(b, at),
              Orphan.FROM.get(b, at),
              Orphan.TO.get(b, at)));
      more = c.next();
    }
    return found;
  }
}
