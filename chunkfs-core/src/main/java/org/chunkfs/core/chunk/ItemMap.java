package org.chunkfs.core.chunk;

import java.io.IOException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TreePage;

/**
 * Changes of an inode's item map: inline in the inode while it is small, else a B+tree of slotted
 * pages in the same chunk.
 *
 * <p>Levels fall by one towards the leaves (level 0). A page that becomes empty is freed; a root
 * with one child is replaced by it; a tree that fits in half the inline area goes back there.
 */
public final class ItemMap {
  private ItemMap() {}

  /** Goes to exactly that key. */
  public static boolean find(ItemCursor c, ItemType type, long major, long minor)
      throws IOException {
    return c.seek(type, major, minor) && c.at(type) && c.major() == major && c.minor() == minor;
  }

  /** Inserts or replaces an item; its value is at most {@link Items#MAX_VALUE} bytes. */
  public static void put(
      BlockWriter w, long ino, ItemType type, long major, long minor, byte[] value)
      throws IOException {
    if (value.length > Items.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an item's value has at most " + Items.MAX_VALUE + " bytes, not " + value.length);
    }
    ItemCursor c = new ItemCursor(w, ino);
    boolean exact = c.seekPlace(type.code(), major, minor);
    byte[] item = ItemKey.encode(type, major, minor, value);
    if (exact && c.valueLength() == value.length) {
      int block = c.levels() == 0 ? Ino.block(ino) : c.blocks[c.levels() - 1];
      System.arraycopy(item, 0, w.edit(block), c.itemAt(), item.length);
      return;
    }
    if (exact) {
      remove(w, ino, type, major, minor);
      c.seekPlace(type.code(), major, minor);
    }
    if (c.levels() == 0) {
      if (insertInline(w, ino, c.itemAt(), item)) {
        return;
      }
      int leaf = toTree(w, ino);
      if (TreePages.count(w.get(leaf)) == 0) {
        // The first item of all, and too large to be inline.
        TreePages.insert(w, w.edit(leaf), 0, item, 0, item.length);
        return;
      }
      c.seekPlace(type.code(), major, minor);
    }
    insert(w, ino, c, c.levels() - 1, item);
  }

  /** Removes an item; true if it was there. */
  public static boolean remove(BlockWriter w, long ino, ItemType type, long major, long minor)
      throws IOException {
    ItemCursor c = new ItemCursor(w, ino);
    if (!c.seekPlace(type.code(), major, minor)) {
      return false;
    }
    if (c.levels() == 0) {
      byte[] block = w.edit(Ino.block(ino));
      int inode = InodeRecord.offset(Ino.slot(ino));
      int bytes = InodeRecord.INLINE_BYTES.get(block, inode);
      int end = inode + InodeRecord.INLINE + bytes;
      int length = ItemKey.length(block, c.itemAt());
      System.arraycopy(block, c.itemAt() + length, block, c.itemAt(), end - c.itemAt() - length);
      java.util.Arrays.fill(block, end - length, end, (byte) 0);
      InodeRecord.INLINE_BYTES.set(block, inode, bytes - length);
      return true;
    }
    int leaf = c.levels() - 1;
    TreePages.delete(w, w.edit(c.blocks[leaf]), c.index[leaf]);
    shrink(w, ino, c, leaf);
    return true;
  }

  /** Overwrites eight bytes (little-endian) inside the value of an item that is there. */
  public static void patch(
      BlockWriter w, long ino, ItemType type, long major, long minor, int offset, long u64)
      throws IOException {
    ItemCursor c = new ItemCursor(w, ino);
    if (!c.seekPlace(type.code(), major, minor) || offset + 8 > c.valueLength()) {
      throw new IllegalStateException("no " + type + " item to patch in inode " + Ino.show(ino));
    }
    byte[] page = w.edit(c.levels() == 0 ? Ino.block(ino) : c.blocks[c.levels() - 1]);
    int at = c.itemAt() + type.head() + offset;
    for (int i = 0; i < 8; i++) {
      page[at + i] = (byte) (u64 >>> 8 * i);
    }
  }

  /**
   * Drops all items of an inode that lie in a tree, whole leaves from the end, at most {@code most}
   * pages a call.
   *
   * @return pages freed; less than {@code most}: the map is empty
   */
  public static int freeTree(BlockWriter w, long ino, int most) throws IOException {
    int freed = 0;
    while (freed < most) {
      ItemCursor c = new ItemCursor(w, ino);
      c.descendLast();
      if (c.levels() == 0) {
        byte[] block = w.edit(Ino.block(ino));
        int inode = InodeRecord.offset(Ino.slot(ino));
        int from = inode + InodeRecord.INLINE;
        java.util.Arrays.fill(block, from, inode + InodeRecord.SIZE, (byte) 0);
        InodeRecord.INLINE_BYTES.set(block, inode, 0);
        return freed;
      }
      byte[] leaf = w.edit(c.blocks[c.levels() - 1]);
      TreePage.COUNT.set(leaf, 0, 0);
      freed += shrink(w, ino, c, c.levels() - 1);
    }
    return freed;
  }

  private static boolean insertInline(BlockWriter w, long ino, int at, byte[] item)
      throws IOException {
    byte[] now = w.get(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    int bytes = InodeRecord.INLINE_BYTES.get(now, inode);
    if (bytes + item.length > InodeRecord.INLINE_MAX) {
      return false;
    }
    byte[] block = w.edit(Ino.block(ino));
    int end = inode + InodeRecord.INLINE + bytes;
    System.arraycopy(block, at, block, at + item.length, end - at);
    System.arraycopy(item, 0, block, at, item.length);
    InodeRecord.INLINE_BYTES.set(block, inode, bytes + item.length);
    return true;
  }

  private static int allocate(BlockWriter w, long ino, int level) throws IOException {
    byte[] inodes = w.edit(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    int block = w.allocate(BlockKind.TREE, ino, InodeRecord.GENERATION.get(inodes, inode), level);
    InodeRecord.BLOCKS.set(inodes, inode, InodeRecord.BLOCKS.get(inodes, inode) + 1);
    TreePages.init(w.edit(block), level);
    return block;
  }

  private static void release(BlockWriter w, long ino, int block) throws IOException {
    byte[] inodes = w.edit(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    InodeRecord.BLOCKS.set(inodes, inode, InodeRecord.BLOCKS.get(inodes, inode) - 1);
    w.free(block);
  }

  private static void setRoot(BlockWriter w, long ino, int root, int levels) throws IOException {
    byte[] inodes = w.edit(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    InodeRecord.TREE_ROOT.set(inodes, inode, root);
    InodeRecord.TREE_LEVELS.set(inodes, inode, levels);
  }

  private static int toTree(BlockWriter w, long ino) throws IOException {
    int leaf = allocate(w, ino, 0);
    byte[] page = w.edit(leaf);
    byte[] inodes = w.edit(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    int from = inode + InodeRecord.INLINE;
    int end = from + InodeRecord.INLINE_BYTES.get(inodes, inode);
    int n = 0;
    for (int at = from; at < end; at += ItemKey.length(inodes, at)) {
      TreePages.insert(w, page, n++, inodes, at, ItemKey.length(inodes, at));
    }
    java.util.Arrays.fill(inodes, from, inode + InodeRecord.SIZE, (byte) 0);
    InodeRecord.INLINE_BYTES.set(inodes, inode, 0);
    setRoot(w, ino, leaf, 1);
    return leaf;
  }

  /** Puts an item in the page at {@code depth} of the cursor's path, where its index says. */
  private static void insert(BlockWriter w, long ino, ItemCursor c, int depth, byte[] item)
      throws IOException {
    int block = c.blocks[depth];
    byte[] page = w.edit(block);
    int i = c.index[depth];
    if (TreePages.fits(page, item.length)) {
      TreePages.insert(w, page, i, item, 0, item.length);
      return;
    }
    int count = TreePages.count(page);
    int level = TreePage.LEVEL.get(page, 0);
    int split = i == count && isLast(w, c, depth) ? count : middle(w, page);
    int rightBlock = allocate(w, ino, level);
    byte[] right = w.edit(rightBlock);
    TreePages.copy(w, page, split, count, right);
    TreePages.rebuild(w, page, 0, split);
    if (i <= split && split < count) {
      TreePages.insert(w, page, i, item, 0, item.length);
    } else {
      TreePages.insert(w, right, i - split, item, 0, item.length);
    }
    byte[] separator = ItemKey.separator(right, TreePages.item(w, right, 0), rightBlock);
    if (depth > 0) {
      c.index[depth - 1]++;
      insert(w, ino, c, depth - 1, separator);
      return;
    }
    int root = allocate(w, ino, level + 1);
    byte[] top = w.edit(root);
    byte[] first = ItemKey.lowest(block);
    TreePages.insert(w, top, 0, first, 0, first.length);
    TreePages.insert(w, top, 1, separator, 0, separator.length);
    setRoot(w, ino, root, level + 2);
  }

  /** True if the page is the last of its level: items come in order, so it is left full. */
  private static boolean isLast(BlockReader r, ItemCursor c, int depth) throws IOException {
    for (int d = 0; d < depth; d++) {
      if (c.index[d] < TreePages.count(r.get(c.blocks[d])) - 1) {
        return false;
      }
    }
    return true;
  }

  private static int middle(BlockReader r, byte[] page) throws IOException {
    int half = TreePages.used(page) / 2;
    int count = TreePages.count(page);
    int sum = 0;
    for (int i = 0; i < count - 1; i++) {
      sum += ItemKey.length(page, TreePages.item(r, page, i)) + 2;
      if (sum >= half) {
        return i + 1;
      }
    }
    return count - 1;
  }

  /**
   * After an item left the page at {@code depth}: frees what is empty, shortens the tree. Returns
   * pages freed.
   */
  private static int shrink(BlockWriter w, long ino, ItemCursor c, int leafDepth)
      throws IOException {
    int freed = 0;
    int depth = leafDepth;
    while (TreePages.count(w.get(c.blocks[depth])) == 0) {
      release(w, ino, c.blocks[depth]);
      freed++;
      if (depth == 0) {
        setRoot(w, ino, 0, 0);
        return freed;
      }
      depth--;
      deleteChild(w, w.edit(c.blocks[depth]), c.index[depth]);
    }
    int root = c.blocks[0];
    int levels = c.levels();
    while (levels > 1 && TreePages.count(w.get(root)) == 1) {
      int child = ItemKey.child(w.get(root), TreePages.item(w, w.get(root), 0));
      if (!w.geometry().inBody(child)) {
        throw c.corrupt("a tree page at block " + child + ", outside the chunk's body");
      }
      TreePages.check(w, child, w.get(child), ino, levels - 2);
      release(w, ino, root);
      freed++;
      root = child;
      levels--;
    }
    if (levels != c.levels()) {
      setRoot(w, ino, root, levels);
    }
    if (levels == 1) {
      byte[] leaf = w.get(root);
      int bytes = TreePages.used(leaf) - 2 * TreePages.count(leaf);
      if (bytes <= InodeRecord.INLINE_MAX / 2) {
        toInline(w, ino, root, leaf);
        freed++;
      }
    }
    return freed;
  }

  /**
   * Drops a child; the first key of a page, its lower bound, stays and goes to the second child.
   */
  private static void deleteChild(BlockWriter w, byte[] page, int i) throws IOException {
    if (i == 0 && TreePages.count(page) > 1) {
      int first = TreePages.item(w, page, 0);
      int second = TreePages.item(w, page, 1);
      System.arraycopy(
          page, second + ItemKey.head(page, second), page, first + ItemKey.head(page, first), 4);
      TreePages.delete(w, page, 1);
    } else {
      TreePages.delete(w, page, i);
    }
  }

  private static void toInline(BlockWriter w, long ino, int root, byte[] leaf) throws IOException {
    byte[] inodes = w.edit(Ino.block(ino));
    int inode = InodeRecord.offset(Ino.slot(ino));
    int to = inode + InodeRecord.INLINE;
    for (int i = 0; i < TreePages.count(leaf); i++) {
      int at = TreePages.item(w, leaf, i);
      int length = ItemKey.length(leaf, at);
      if (to + length > inode + InodeRecord.SIZE) {
        throw new CorruptException(
            w.chunk(),
            root,
            "chunk %d block %d: the tree page's garbage count is wrong".formatted(w.chunk(), root));
      }
      System.arraycopy(leaf, at, inodes, to, length);
      to += length;
    }
    InodeRecord.INLINE_BYTES.set(inodes, inode, to - inode - InodeRecord.INLINE);
    setRoot(w, ino, 0, 0);
    release(w, ino, root);
  }
}
