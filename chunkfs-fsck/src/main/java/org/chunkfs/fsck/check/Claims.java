package org.chunkfs.fsck.check;

import java.util.BitSet;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.problem.Problem;

/**
 * Which blocks inodes say they use, against what the table says of each.
 *
 * <p>Tests: no block is used twice; the table names the same user, kind, place in the file and
 * content flag. Collects the used blocks for the reverse test of {@link SpacePass}.
 */
final class Claims {
  private final ChunkContext c;
  private final BitSet used = new BitSet();

  Claims(ChunkContext context) {
    this.c = context;
  }

  boolean used(int block) {
    return used.get(block);
  }

  /** A tree page of an inode; false if the block is somebody's already. */
  boolean page(int block, long ino, int generation, int level) {
    if (used.get(block)) {
      twice(block, "a tree page of inode " + Ino.show(ino));
      return false;
    }
    used.set(block);
    if (differs(block, BlockKind.TREE, ino, generation, level, 0)) {
      wrongOwner(block, ino, "tree page of level " + level);
    }
    return true;
  }

  /** A block of an inode's data. */
  void data(int block, long ino, int generation, long logical, boolean unwritten) {
    if (used.get(block)) {
      twice(block, as(logical) + " of inode " + Ino.show(ino));
      return;
    }
    used.set(block);
    int flags = unwritten ? TableEntry.UNWRITTEN : 0;
    if (differs(block, BlockKind.DATA, ino, generation, logical, flags)) {
      wrongOwner(block, ino, as(logical) + (unwritten ? " (unwritten)" : ""));
    }
  }

  private static String as(long logical) {
    return "block " + Long.toUnsignedString(logical);
  }

  private void twice(int block, String as) {
    c.findings.block(block, Problem.TWICE, c.table.show(block), as);
  }

  private boolean differs(
      int block, BlockKind kind, long ino, int generation, long logical, int flags) {
    return c.table.kind(block) != kind.code()
        || c.table.owner(block) != ino
        || c.table.ownerGeneration(block) != generation
        || c.table.logical(block) != logical
        || c.table.flags(block) != flags;
  }

  private void wrongOwner(int block, long ino, String as) {
    c.findings.block(block, Problem.WRONG_OWNER, c.table.show(block), Ino.show(ino), as);
  }
}
