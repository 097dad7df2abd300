package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;

/** A position in an inode's item map; reads only, valid until the map changes. */
public final class ItemCursor {
  /** More levels than any tree of a chunk can have. */
  static final int MAX_LEVELS = 8;

  private final BlockReader r;
  private final long ino;
  private byte[] page = new byte[0];
  private int at = -1;
  private int end;
  private int levels;
  final int[] blocks = new int[MAX_LEVELS];
  final int[] index = new int[MAX_LEVELS];

  public ItemCursor(BlockReader blocks, long ino) {
    this.r = blocks;
    this.ino = ino;
  }

  /** Levels of the tree as of the last seek, 0: inline. */
  int levels() {
    return levels;
  }

  /** Goes to the first item at or after a key; true if there is one. */
  public boolean seek(ItemType type, long major, long minor) throws IOException {
    if (!start()) {
      return seekInline(type.code(), major, minor);
    }
    descend(type.code(), major, minor);
    int i = TreePages.lowerBound(r, page, type.code(), major, minor);
    index[levels - 1] = i;
    if (i < TreePages.count(page)) {
      at = TreePages.item(r, page, i);
      return true;
    }
    return nextLeaf();
  }

  /** Goes to the last item of that type at or before a key; true if there is one. */
  public boolean seekFloor(ItemType type, long major, long minor) throws IOException {
    if (!start()) {
      int found = -1;
      for (at = InodeRecord.INLINE + inodeAt(); at < end; at += inlineLength()) {
        inlineLength();
        if (ItemKey.compare(page, at, type.code(), major, minor) > 0) {
          break;
        }
        found = at;
      }
      at = found;
      return at(type);
    }
    descend(type.code(), major, minor);
    int i = TreePages.lowerBound(r, page, type.code(), major, minor);
    boolean exact =
        i < TreePages.count(page)
            && ItemKey.compare(page, TreePages.item(r, page, i), type.code(), major, minor) == 0;
    if (!exact) {
      i--;
    }
    if (i < 0) {
      return previousLeaf() && at(type);
    }
    index[levels - 1] = i;
    at = TreePages.item(r, page, i);
    return at(type);
  }

  /** Goes to the next item; true if there is one. */
  public boolean next() throws IOException {
    if (at < 0) {
      return false;
    }
    if (levels == 0) {
      at += inlineLength();
      if (at >= end) {
        at = -1;
        return false;
      }
      inlineLength();
      return true;
    }
    int i = ++index[levels - 1];
    if (i < TreePages.count(page)) {
      at = TreePages.item(r, page, i);
      return true;
    }
    return nextLeaf();
  }

  public boolean valid() {
    return at >= 0;
  }

  /** True at an item of that type. */
  public boolean at(ItemType type) {
    return at >= 0 && ItemKey.type(page, at) == type.code();
  }

  /**
   * @throws CorruptException if the item is of no type that this version knows
   */
  public ItemType type() throws CorruptException {
    ItemType type = ItemType.of(ItemKey.type(page, at));
    if (type == null) {
      throw corrupt("an item of unknown type " + ItemKey.type(page, at));
    }
    return type;
  }

  public long major() {
    return ItemKey.major(page, at);
  }

  public long minor() {
    return ItemKey.minor(page, at);
  }

  /** The array the value lies in; not to be changed. */
  public byte[] bytes() {
    return page;
  }

  public int valueAt() {
    return at + ItemKey.head(page, at);
  }

  public int valueLength() {
    return ItemKey.valueLength(page, at);
  }

  /** A copy of the value. */
  public byte[] value() {
    return Arrays.copyOfRange(page, valueAt(), valueAt() + valueLength());
  }

  /** Refuses a value shorter than its fixed fields. */
  public ItemCursor require(int length) throws CorruptException {
    if (valueLength() < length) {
      throw corrupt(
          "an item of type "
              + ItemKey.type(page, at)
              + " with a value of "
              + valueLength()
              + " bytes, expected at least "
              + length);
    }
    return this;
  }

  /** An item here makes no sense. */
  public CorruptException corrupt(String what) {
    return new CorruptException(
        r.chunk(),
        BlockHeader.ADDRESS.get(page, 0),
        "chunk %d inode %s has %s".formatted(r.chunk(), Ino.show(ino), what));
  }

  private int inodeAt() {
    return InodeRecord.offset(Ino.slot(ino));
  }

  /** Looks at the inode; true if its items are in a tree. */
  private boolean start() throws IOException {
    page = r.get(Ino.block(ino));
    int inode = inodeAt();
    levels = InodeRecord.TREE_LEVELS.get(page, inode);
    at = -1;
    if (levels == 0) {
      int bytes = InodeRecord.INLINE_BYTES.get(page, inode);
      if (bytes > InodeRecord.INLINE_MAX) {
        throw corrupt(bytes + " bytes of inline items, more than fit");
      }
      end = inode + InodeRecord.INLINE + bytes;
      return false;
    }
    if (levels > MAX_LEVELS) {
      throw corrupt("a tree of " + levels + " levels");
    }
    blocks[0] = InodeRecord.TREE_ROOT.get(page, inode);
    return true;
  }

  private boolean seekInline(int type, long major, long minor) throws IOException {
    for (at = InodeRecord.INLINE + inodeAt(); at < end; at += inlineLength()) {
      inlineLength();
      if (ItemKey.compare(page, at, type, major, minor) >= 0) {
        return true;
      }
    }
    at = -1;
    return false;
  }

  /** Length of the inline item here, which ends inside. */
  private int inlineLength() throws CorruptException {
    if (end - at < ItemKey.MIN_HEAD
        || end - at < ItemKey.head(page, at)
        || end - at < ItemKey.length(page, at)) {
      throw corrupt("an inline item that does not end inside");
    }
    return ItemKey.length(page, at);
  }

  private void enter(int depth) throws IOException {
    int block = blocks[depth];
    if (!r.geometry().inBody(block)) {
      throw corrupt("a tree page at block " + block + ", outside the chunk's body");
    }
    page = r.get(block);
    TreePages.check(r, block, page, ino, levels - 1 - depth);
  }

  private void descend(int type, long major, long minor) throws IOException {
    enter(0);
    for (int depth = 0; depth < levels - 1; depth++) {
      index[depth] = TreePages.childIndex(r, page, type, major, minor);
      blocks[depth + 1] = ItemKey.child(page, TreePages.item(r, page, index[depth]));
      enter(depth + 1);
    }
  }

  private boolean nextLeaf() throws IOException {
    for (int depth = levels - 2; depth >= 0; depth--) {
      enter(depth);
      if (index[depth] + 1 < TreePages.count(page)) {
        index[depth]++;
        return edge(depth, true);
      }
    }
    at = -1;
    return false;
  }

  private boolean previousLeaf() throws IOException {
    for (int depth = levels - 2; depth >= 0; depth--) {
      enter(depth);
      if (index[depth] > 0) {
        index[depth]--;
        return edge(depth, false);
      }
    }
    at = -1;
    return false;
  }

  /** From the page at {@code depth} down along the first or the last children. */
  private boolean edge(int depth, boolean first) throws IOException {
    for (int d = depth; d < levels - 1; d++) {
      blocks[d + 1] = ItemKey.child(page, TreePages.item(r, page, index[d]));
      enter(d + 1);
      index[d + 1] = first ? 0 : TreePages.count(page) - 1;
    }
    at = TreePages.item(r, page, index[levels - 1]);
    return true;
  }

  /** Goes to the last leaf, for dropping a tree from its end. */
  void descendLast() throws IOException {
    if (start()) {
      enter(0);
      index[0] = TreePages.count(page) - 1;
      edge(0, false);
    }
  }

  /** Goes to the leaf where a key belongs; {@link #index} then says where in each page. */
  boolean seekPlace(int type, long major, long minor) throws IOException {
    start();
    if (levels == 0) {
      return seekInline(type, major, minor) && ItemKey.compare(page, at, type, major, minor) == 0;
    }
    descend(type, major, minor);
    int i = TreePages.lowerBound(r, page, type, major, minor);
    index[levels - 1] = i;
    boolean exact =
        i < TreePages.count(page)
            && ItemKey.compare(page, TreePages.item(r, page, i), type, major, minor) == 0;
    at = exact ? TreePages.item(r, page, i) : -1;
    return exact;
  }

  /** Offset of the item in {@link #bytes}, or the end of the inline items. */
  int itemAt() {
    return at < 0 ? end : at;
  }
}
