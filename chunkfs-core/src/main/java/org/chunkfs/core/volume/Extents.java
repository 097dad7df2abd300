package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.jspecify.annotations.Nullable;

/**
 * The EXTENT items of one part of a file: which of the file's blocks stand where in that chunk.
 * Extents do not overlap; neighbours that could be one are one where a change touches them.
 */
final class Extents {
  /** Blocks of the largest file. */
  static final long MAX_BLOCKS = Vfs.FILE_MAX >>> 12;

  private Extents() {}

  /** The extent at a cursor, checked. */
  static Run at(BlockReader r, ItemCursor c) throws CorruptException {
    c.require(Items.Extent.SIZE);
    int block = Items.Extent.BLOCK.get(c.bytes(), c.valueAt());
    int count = Items.Extent.COUNT.get(c.bytes(), c.valueAt());
    long logical = c.major();
    if (count < 1
        || !r.geometry().inBody(block)
        || count > r.geometry().bodyEnd() - block
        || logical < 0
        || logical > MAX_BLOCKS - count) {
      throw c.corrupt(
          "an extent of %d blocks at block %d for block %d of the file"
              .formatted(count, block, logical));
    }
    boolean unwritten =
        (Items.Extent.FLAGS.get(c.bytes(), c.valueAt()) & Items.Extent.UNWRITTEN) != 0;
    return new Run(logical, block, count, unwritten);
  }

  /** Goes to the extent that covers a block of the file, or the first one after it, if any. */
  static boolean seek(BlockReader r, ItemCursor c, long fileBlock) throws IOException {
    if (c.seekFloor(ItemType.EXTENT, fileBlock, 0) && at(r, c).end() > fileBlock) {
      return true;
    }
    return c.seek(ItemType.EXTENT, fileBlock, 0) && c.at(ItemType.EXTENT);
  }

  /** The last extent that begins before a block of the file, or null. */
  static @Nullable Run before(BlockReader r, ItemCursor c, long fileBlock) throws IOException {
    return fileBlock > 0 && c.seekFloor(ItemType.EXTENT, fileBlock - 1, 0) ? at(r, c) : null;
  }

  /** Whether a part has any extent. */
  static boolean any(BlockReader r, long ino) throws IOException {
    ItemCursor c = new ItemCursor(r, ino);
    return c.seek(ItemType.EXTENT, 0, 0) && c.at(ItemType.EXTENT);
  }

  /**
   * Takes extents, from the end of {@code from} to {@code to} (exclusive) on, out of the map and
   * frees their blocks.
   *
   * @param most blocks, at least 1
   * @return the new end: from there to {@code to} nothing is mapped any more; {@code from} when all
   *     is done
   */
  static long free(ChunkTx tx, long ino, long from, long to, int most) throws IOException {
    ItemCursor c = new ItemCursor(tx, ino);
    long end = to;
    int left = most;
    while (end > from) {
      if (left == 0) {
        return end;
      }
      if (!c.seekFloor(ItemType.EXTENT, end - 1, 0)) {
        return from;
      }
      Run run = at(tx, c);
      if (run.end() <= from) {
        return from;
      }
      long hi = Math.min(run.end(), end);
      long lo = Math.max(Math.max(run.logical(), from), hi - left);
      Run gone = run.clip(lo, hi);
      cut(tx, ino, run, lo, hi);
      tx.freeData(gone.block(), gone.count());
      addBlocks(tx, ino, -gone.count());
      left -= gone.count();
      end = lo;
    }
    return from;
  }

  /** Takes {@code lo} to {@code hi} (exclusive) out of an extent, which covers them. */
  static void cut(ChunkTx tx, long ino, Run run, long lo, long hi) throws IOException {
    if (run.logical() < lo) {
      put(tx, ino, run.clip(run.logical(), lo));
    } else {
      ItemMap.remove(tx, ino, ItemType.EXTENT, run.logical(), 0);
    }
    if (hi < run.end()) {
      put(tx, ino, run.clip(hi, run.end()));
    }
  }

  /** Puts a run in the map where there is nothing, as part of its neighbours if that fits. */
  static void insert(ChunkTx tx, long ino, Run run) throws IOException {
    ItemCursor c = new ItemCursor(tx, ino);
    Run merged = run;
    if (c.seek(ItemType.EXTENT, run.logical(), 0) && c.at(ItemType.EXTENT)) {
      Run after = at(tx, c);
      if (after.logical() < run.end()) {
        throw overlap(tx, ino, run, after);
      }
      if (follows(run, after)) {
        ItemMap.remove(tx, ino, ItemType.EXTENT, after.logical(), 0);
        merged = new Run(run.logical(), run.block(), run.count() + after.count(), run.unwritten());
      }
    }
    Run before = before(tx, c, run.logical());
    if (before != null) {
      if (before.end() > run.logical()) {
        throw overlap(tx, ino, run, before);
      }
      if (follows(before, merged)) {
        merged =
            new Run(
                before.logical(),
                before.block(),
                before.count() + merged.count(),
                before.unwritten());
      }
    }
    put(tx, ino, merged);
  }

  private static boolean follows(Run first, Run second) {
    return first.end() == second.logical()
        && first.block() + first.count() == second.block()
        && first.unwritten() == second.unwritten();
  }

  private static CorruptException overlap(ChunkTx tx, long ino, Run run, Run other) {
    return new CorruptException(
        tx.chunk(),
        Ino.block(ino),
        "chunk %d inode %s: extents overlap: %s and %s"
            .formatted(tx.chunk(), Ino.show(ino), run, other));
  }

  private static void put(ChunkTx tx, long ino, Run run) throws IOException {
    byte[] value = new byte[Items.Extent.SIZE];
    Items.Extent.BLOCK.set(value, 0, run.block());
    Items.Extent.COUNT.set(value, 0, run.count());
    Items.Extent.FLAGS.set(value, 0, run.unwritten() ? Items.Extent.UNWRITTEN : 0);
    ItemMap.put(tx, ino, ItemType.EXTENT, run.logical(), 0, value);
  }

  /** Adds to the number of blocks that a part holds. */
  static void addBlocks(ChunkTx tx, long ino, int delta) throws IOException {
    byte[] bytes = Inodes.edit(tx, ino);
    int at = Inodes.at(ino);
    InodeRecord.BLOCKS.set(bytes, at, InodeRecord.BLOCKS.get(bytes, at) + delta);
  }
}
