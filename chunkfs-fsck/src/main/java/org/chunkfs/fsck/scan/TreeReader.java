package org.chunkfs.fsck.scan;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of an inode: inline, or from its tree of pages.
 *
 * <p>Tests: inline items end inside, in order, with zeros after them; pages are the inode's, levels
 * fall by one, no page is met twice, slots lead to items that do not overlap, keys are in order and
 * within the bounds that the parent gives, heap and garbage are consistent. Goes on past damage
 * with what can be read.
 */
public final class TreeReader {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int MAX_LEVELS = 8;

  /** What is told of each page and each item, in order. */
  public interface Sink {
    void item(Item item);

    /**
     * A page of the tree is met; false if it is somebody's already and not to be read.
     *
     * @param level its level
     */
    boolean page(int block, int level);
  }

  private final ChunkScan scan;
  private final BlockTable table;
  private final MetaBlocks blocks;
  private final Findings findings;
  private final long ino;
  private final Sink sink;
  private @Nullable Item last;
  private boolean damaged;

  public TreeReader(
      ChunkScan scan, BlockTable table, MetaBlocks blocks, Findings findings, long ino, Sink sink) {
    this.scan = scan;
    this.table = table;
    this.blocks = blocks;
    this.findings = findings;
    this.ino = ino;
    this.sink = sink;
  }

  /** Reads all items of the inode at {@code at}; true if nothing was wrong with their form. */
  public boolean read(byte[] inodes, int at) {
    int root = InodeRecord.TREE_ROOT.get(inodes, at);
    int levels = InodeRecord.TREE_LEVELS.get(inodes, at);
    int inline = InodeRecord.INLINE_BYTES.get(inodes, at);
    if (levels == 0) {
      if (root != 0) {
        bad(Problem.ITEMS, "tree root " + Integer.toUnsignedString(root) + " without levels");
      }
      readInline(inodes, at + InodeRecord.INLINE, inline);
      return !damaged;
    }
    if (inline != 0 || !Bytes.zero(inodes, at + InodeRecord.INLINE, at + InodeRecord.SIZE)) {
      bad(Problem.ITEMS, inline + " bytes of inline items beside a tree");
    }
    if (levels > MAX_LEVELS) {
      bad(Problem.TREE, levels + " levels");
    } else {
      descend(root, levels - 1, null, null, true);
    }
    return !damaged;
  }

  private void bad(Problem problem, String what) {
    damaged = true;
    findings.inode(ino, problem, what);
  }

  private void readInline(byte[] bytes, int from, int length) {
    if (length > InodeRecord.INLINE_MAX) {
      bad(Problem.ITEMS, length + " bytes of inline items");
      return;
    }
    int end = from + length;
    int at = from;
    while (at < end) {
      Item item = Item.at(bytes, at, end);
      if (item == null) {
        bad(Problem.ITEMS, "the inline item at byte " + (at - from) + " does not end inside");
        return;
      }
      take(item, null);
      at += item.length();
    }
    if (!Bytes.zero(bytes, end, from + InodeRecord.INLINE_MAX)) {
      bad(Problem.ITEMS, "bytes after the inline items are not zero");
    }
  }

  private void take(Item item, @Nullable Integer block) {
    Item before = last;
    if (before != null && before.compareTo(item) >= 0) {
      String what = "item %s comes after %s".formatted(item.show(), before.show());
      damaged = true;
      if (block == null) {
        findings.inode(ino, Problem.ITEMS, what);
      } else {
        findings.block(block, Problem.TREE_PAGE, Long.toHexString(ino), what);
      }
    }
    last = item;
    sink.item(item);
  }

  private void descend(int block, int level, @Nullable Item low, @Nullable Item high, boolean top) {
    if (!scan.geometry().inBody(block) || table.kind(block) != BlockKind.TREE.code()) {
      bad(
          Problem.TREE,
          "a page at block %s, which is none".formatted(Integer.toUnsignedString(block)));
      return;
    }
    if (!sink.page(block, level)) {
      damaged = true;
      return;
    }
    byte[] page = blocks.get(block);
    if (page == null) {
      bad(Problem.TREE, "the page at block " + block + " cannot be read");
      return;
    }
    damaged |= blocks.doubtful(block);
    List<Item> items = new ArrayList<>();
    String problem = decode(page, ino, level, items);
    if (problem == null && items.isEmpty()) {
      problem = "it is empty";
    } else if (problem == null && top && level > 0 && items.size() == 1) {
      problem = "it is a root with one child";
    }
    if (problem != null) {
      damaged = true;
      findings.block(block, Problem.TREE_PAGE, Long.toHexString(ino), problem);
    }
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      boolean firstInner = level > 0 && i == 0;
      boolean low1 = low != null && item.compareTo(low) < 0 && !firstInner;
      if (low1 || high != null && item.compareTo(high) >= 0) {
        damaged = true;
        findings.block(
            block,
            Problem.TREE_PAGE,
            Long.toHexString(ino),
            "item " + item.show() + " is outside the bounds of its page");
      }
      if (level == 0) {
        take(item, block);
        continue;
      }
      if (i > 0 && items.get(i - 1).compareTo(item) >= 0) {
        damaged = true;
        findings.block(
            block, Problem.TREE_PAGE, Long.toHexString(ino), "its separators are out of order");
      }
      Item childLow = i == 0 ? low : item;
      Item childHigh = i + 1 < items.size() ? items.get(i + 1) : high;
      descend(Bytes.u32(item.value(), 0), level - 1, childLow, childHigh, false);
    }
  }

  /**
   * Takes a page apart.
   *
   * @param items gets what can be read, in the order of the slots
   * @return what is wrong with the page, or null
   */
  public static @Nullable String decode(byte[] page, long ino, int level, List<Item> items) {
    if (BlockHeader.KIND.get(page, 0) != BlockKind.TREE.code()
        || BlockHeader.OWNER.get(page, 0) != ino) {
      return "it belongs to inode %x".formatted(BlockHeader.OWNER.get(page, 0));
    }
    if (TreePage.LEVEL.get(page, 0) != level || TreePage.RESERVED.get(page, 0) != 0) {
      return "level %d, expected %d".formatted(TreePage.LEVEL.get(page, 0), level);
    }
    int count = TreePage.COUNT.get(page, 0);
    int heap = TreePage.HEAP.get(page, 0);
    int slots = TreePage.SLOTS + 2 * count;
    String problem = null;
    if (heap > BLOCK || slots > heap) {
      problem = "%d slots, and items from %d on".formatted(count, heap);
      heap = Math.clamp(slots, TreePage.SLOTS, BLOCK);
      count = Math.min(count, (BLOCK - TreePage.SLOTS) / 2);
    }
    int used = 0;
    java.util.BitSet bytes = new java.util.BitSet(BLOCK);
    for (int i = 0; i < count; i++) {
      int at = Bytes.u16(page, TreePage.SLOTS + 2 * i);
      Item item = at < heap ? null : Item.at(page, at, BLOCK);
      if (item == null || level > 0 && item.value().length != 4) {
        problem = "slot " + i + " leads to no item";
        continue;
      }
      int next = bytes.nextSetBit(at);
      if (next >= 0 && next < at + item.length()) {
        problem = "the item of slot " + i + " overlaps another";
        continue;
      }
      bytes.set(at, at + item.length());
      used += item.length();
      items.add(item);
    }
    int garbage = BLOCK - heap - used;
    if (problem == null && garbage != TreePage.GARBAGE.get(page, 0)) {
      problem =
          "%d bytes of garbage, expected %d".formatted(TreePage.GARBAGE.get(page, 0), garbage);
    }
    return problem;
  }
}
