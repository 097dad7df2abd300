package org.chunkfs.cli.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TreePage;

/** The items of one inode, inline or in a tree, with what is wrong on the way. */
final class ItemMapView {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final ChunkReader chunk;
  private final BlockView blocks;
  private final boolean replayed;

  ItemMapView(ChunkReader chunk, boolean replayed) {
    this.chunk = chunk;
    this.blocks = new BlockView(chunk, replayed);
    this.replayed = replayed;
  }

  /** Adds the items that a test picks as rows, at most {@code most} of them. */
  void items(Section to, byte[] inodes, int at, Predicate<Item> wanted, int most)
      throws IOException {
    List<Item> items = collect(to, inodes, at);
    int shown = 0;
    for (Item item : items) {
      if (!wanted.test(item)) {
        continue;
      }
      if (shown++ == most) {
        to.row("...", "and more; inspect tree shows all", "");
        break;
      }
      to.row(item.key(), item.text(), "");
    }
  }

  private List<Item> collect(Section to, byte[] inodes, int at) throws IOException {
    int levels = InodeRecord.TREE_LEVELS.get(inodes, at);
    if (levels == 0) {
      return inline(to, inodes, at);
    }
    List<Item> all = new ArrayList<>();
    walk(
        InodeRecord.TREE_ROOT.get(inodes, at),
        levels - 1,
        to,
        (page, items) -> {
          if (page.level == 0) {
            all.addAll(items);
          }
        });
    return all;
  }

  private static List<Item> inline(Section to, byte[] inodes, int at) {
    List<Item> items = new ArrayList<>();
    int length = InodeRecord.INLINE_BYTES.get(inodes, at);
    if (length > InodeRecord.INLINE_MAX) {
      to.bad("inline_bytes is %d, at most %d fit".formatted(length, InodeRecord.INLINE_MAX));
      return items;
    }
    int end = at + InodeRecord.INLINE + length;
    int place = at + InodeRecord.INLINE;
    while (place < end) {
      Item item = Item.at(inodes, place, end);
      if (item == null) {
        to.bad("the inline item at byte %d does not fit".formatted(place - at));
        break;
      }
      ordered(to, items, item);
      items.add(item);
      place += item.length();
    }
    return items;
  }

  private static void ordered(Section to, List<Item> items, Item next) {
    if (!items.isEmpty() && items.getLast().compareKey(next) >= 0) {
      to.bad("items out of order: %s before %s".formatted(items.getLast().key(), next.key()));
    }
  }

  /** A page's place in its tree. */
  record Page(int block, int level) {}

  /** Takes a page and its items. */
  interface PageVisitor {
    void page(Page page, List<Item> items) throws IOException;
  }

  /** Visits a tree's pages; levels must fall by one, and no page may be there twice. */
  void walk(int root, int level, Section to, PageVisitor visitor) throws IOException {
    Deque<Page> todo = new ArrayDeque<>();
    Set<Integer> seen = new HashSet<>();
    todo.push(new Page(root, level));
    while (!todo.isEmpty()) {
      Page page = todo.pop();
      if (!chunk.geometry().inBody(page.block)) {
        to.bad("a page is said to be block %d, which is not in the body".formatted(page.block));
        continue;
      }
      if (!seen.add(page.block)) {
        to.bad("block %d is in the tree twice".formatted(page.block));
        continue;
      }
      byte[] bytes = chunk.block(page.block, replayed);
      String bad = blocks.problem(page.block, bytes, BlockKind.TREE);
      if (bad == null && TreePage.LEVEL.get(bytes, 0) != page.level) {
        bad = "its level is %d, expected %d".formatted(TreePage.LEVEL.get(bytes, 0), page.level);
      }
      if (bad != null) {
        to.bad("tree page, block %d: %s".formatted(page.block, bad));
        continue;
      }
      List<Item> items = pageItems(to, page.block, bytes);
      visitor.page(page, items);
      if (page.level > 0) {
        items.reversed().forEach(item -> todo.push(new Page(item.child(), page.level - 1)));
      }
    }
  }

  /** The items of a page, as far as they can be read. */
  static List<Item> pageItems(Section to, int block, byte[] page) {
    List<Item> items = new ArrayList<>();
    int count = TreePage.COUNT.get(page, 0);
    if (count > (BLOCK - TreePage.SLOTS) / 2) {
      to.bad("block %d: %d slots, more than a page has room for".formatted(block, count));
      return items;
    }
    ByteBuffer slots = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int at = slots.getShort(TreePage.SLOTS + 2 * i) & 0xFFFF;
      Item item = at < TreePage.SLOTS + 2 * count ? null : Item.at(page, at, BLOCK);
      if (item == null) {
        to.bad("block %d: the item of slot %d, at %d, does not fit".formatted(block, i, at));
        continue;
      }
      ordered(to, items, item);
      items.add(item);
    }
    return items;
  }
}
