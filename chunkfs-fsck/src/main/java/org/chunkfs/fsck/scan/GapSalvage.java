package org.chunkfs.fsck.scan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.journal.RingRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the records behind a gap in a journal make of a chunk's blocks.
 *
 * <p>Nobody knows which blocks the missing records changed. A whole image behind the gap counts,
 * and differences on it; of a table block every entry that changed, since entries are logged whole.
 * A difference on a block from before the gap counts where the result proves itself: an inode by
 * its own checksum, a tree page by its slots, items and count of garbage fitting together. Else
 * what was there before the gap stays. Where the first image is missing too, differences are put on
 * zeros, as a new inode's and a new table entry's are.
 */
final class GapSalvage {
  private final byte[] uuid;
  private final ChunkGeometry geometry;
  private final int chunk;
  private final Map<Integer, byte[]> built;
  private final Map<Integer, byte[]> guessed = new HashMap<>();
  private final BitSet imaged = new BitSet();

  /**
   * @param built the blocks as of the gap; gets them as of the end
   */
  GapSalvage(ChunkReader reader, Map<Integer, byte[]> built) {
    this.uuid = reader.layout().uuid();
    this.geometry = reader.geometry();
    this.chunk = reader.chunk();
    this.built = built;
  }

  void add(List<RingRecord> records) {
    for (RingRecord record : records) {
      if (record.type() == JournalRecord.COMMIT) {
        try {
          record.forEachRedo(this::redo);
        } catch (CorruptException e) {
          break; // a record of nothing that we know ends it
        }
      }
    }
    guessed.forEach((block, bytes) -> {
      byte[] before = built.get(block);
      byte[] result = before == null ? alone(block, bytes) : proven(block, before, bytes);
      if (result != null) {
        built.put(block, result);
      }
    });
  }

  private void redo(int block, boolean image, RingRecord.Redo redo) {
    if (!geometry.inTable(block) && !geometry.inBody(block)) {
      return;
    }
    if (image) {
      byte[] fresh = new byte[BlockHeader.BLOCK];
      redo.applyTo(fresh);
      built.put(block, fresh);
      guessed.remove(block);
      imaged.set(block);
      return;
    }
    byte[] before = built.get(block);
    if (before == null) {
      redo.applyTo(guessed.computeIfAbsent(block, _ -> new byte[BlockHeader.BLOCK]));
    } else if (imaged.get(block) || geometry.inTable(block)) {
      redo.applyTo(before);
    } else {
      redo.applyTo(guessed.computeIfAbsent(block, _ -> before.clone()));
    }
  }

  /** What differences alone make of a block: table entries, and inodes that prove themselves. */
  private byte @Nullable [] alone(int block, byte[] bytes) {
    byte[] result = new byte[BlockHeader.BLOCK];
    if (geometry.inTable(block)) {
      BlockHeader.init(result, BlockKind.TABLE, uuid, chunk, block, 0);
      int from = BlockHeader.SIZE;
      System.arraycopy(bytes, from, result, from, BlockHeader.BLOCK - from);
      return result;
    }
    boolean any = false;
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      if (InodeRecord.inUse(bytes, at) && good(bytes, at, Ino.of(chunk, block, slot))) {
        System.arraycopy(bytes, at, result, at, InodeRecord.SIZE);
        any = true;
      }
    }
    BlockHeader.init(result, BlockKind.INODES, uuid, chunk, block, 0);
    return any ? result : null;
  }

  private byte[] proven(int block, byte[] before, byte[] after) {
    int kind = BlockHeader.KIND.get(after, 0);
    if (kind != BlockHeader.KIND.get(before, 0)) {
      return before;
    }
    if (kind == BlockKind.INODES.code()) {
      return inodes(block, before, after);
    }
    if (kind == BlockKind.TREE.code()) {
      long owner = BlockHeader.OWNER.get(after, 0);
      String bad = TreeReader.decode(after, owner, TreePage.LEVEL.get(after, 0), new ArrayList<>());
      return bad == null ? after : before;
    }
    return after;
  }

  /** Each slot as it proves itself, the later one first. */
  private byte[] inodes(int block, byte[] before, byte[] after) {
    byte[] both = after.clone();
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      if (!good(after, at, Ino.of(chunk, block, slot))
          && good(before, at, Ino.of(chunk, block, slot))) {
        System.arraycopy(before, at, both, at, InodeRecord.SIZE);
      }
    }
    return both;
  }

  private static boolean good(byte[] bytes, int at, long ino) {
    return InodeRecord.inUse(bytes, at)
        ? InodeRecord.CRC.get(bytes, at) == InodeRecord.crc(bytes, at, ino)
        : Bytes.zero(bytes, at, at + InodeRecord.SIZE);
  }
}
