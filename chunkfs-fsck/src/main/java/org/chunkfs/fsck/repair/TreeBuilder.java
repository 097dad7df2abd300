package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Item;

/** Builds an item tree of full pages from sorted items, bottom up. */
final class TreeBuilder {
  /** Where pages come from. */
  interface Blocks {
    /** A free block; it is the caller's from now on. */
    int take() throws NoRoomException;
  }

  /** The chunk has no free block left. */
  static final class NoRoomException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static final int BLOCK = BlockHeader.BLOCK;

  /** What a page is filled to, so that the first insert does not split it. */
  private static final int FULL = (BLOCK - TreePage.SLOTS) * 9 / 10;

  private final byte[] uuid;
  private final int chunk;
  private final long ino;
  private final Blocks blocks;
  private final Map<Integer, byte[]> pages;
  private final List<int[]> made = new ArrayList<>();

  /**
   * @param pages gets the pages' bytes
   */
  TreeBuilder(byte[] uuid, int chunk, long ino, Blocks blocks, Map<Integer, byte[]> pages) {
    this.uuid = uuid;
    this.chunk = chunk;
    this.ino = ino;
    this.blocks = blocks;
    this.pages = pages;
  }

  /** Each page's block and level; the last one is the root. */
  List<int[]> build(Collection<Item> items) throws NoRoomException {
    List<Item> level = new ArrayList<>(items);
    for (int depth = 0; depth == 0 || level.size() > 1; depth++) {
      level = pages(level, depth);
    }
    return made;
  }

  /** Writes one level; returns the items of the level above it. */
  private List<Item> pages(List<Item> items, int level) throws NoRoomException {
    List<Item> above = new ArrayList<>();
    int at = 0;
    while (at < items.size()) {
      int used = 0;
      int end = at;
      while (end < items.size() && (end == at || used + size(items.get(end)) <= FULL)) {
        used += size(items.get(end));
        end++;
      }
      int block = blocks.take();
      pages.put(block, page(block, level, items.subList(at, end)));
      made.add(new int[] {block, level});
      Item first = items.get(at);
      byte[] child = new byte[4];
      Bytes.u32(child, 0, block);
      above.add(
          above.isEmpty()
              ? new Item(0, 0, 0, child)
              : new Item(first.type(), first.major(), first.minor(), child));
      at = end;
    }
    return above;
  }

  private static int size(Item item) {
    return item.length() + 2;
  }

  private byte[] page(int block, int level, List<Item> items) {
    byte[] page = new byte[BLOCK];
    BlockHeader.init(page, BlockKind.TREE, uuid, chunk, block, ino);
    TreePage.LEVEL.set(page, 0, level);
    TreePage.COUNT.set(page, 0, items.size());
    int heap = BLOCK;
    int slot = TreePage.SLOTS;
    for (Item item : items) {
      byte[] bytes = item.encode();
      heap -= bytes.length;
      System.arraycopy(bytes, 0, page, heap, bytes.length);
      Bytes.u16(page, slot, heap);
      slot += 2;
    }
    TreePage.HEAP.set(page, 0, heap);
    return page;
  }
}
