package org.chunkfs.core.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.TreePage;
import org.jspecify.annotations.Nullable;

/**
 * Slotted pages of item trees: slots grow up from the header, items down from the end. Nothing in a
 * page is believed unchecked.
 */
final class TreePages {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private TreePages() {}

  /** Makes a new page's fixed fields. */
  static void init(byte[] page, int level) {
    TreePage.LEVEL.set(page, 0, level);
    TreePage.HEAP.set(page, 0, BlockHeader.BLOCK);
  }

  /** A page as a walk needs it: the header is right, the slots are inside. */
  static void check(BlockReader r, int block, byte[] page, long ino, int level)
      throws CorruptException {
    String bad = problem(page, ino, level);
    if (bad != null) {
      throw new CorruptException(
          r.chunk(),
          block,
          "chunk %d block %d: tree page of inode %x: %s".formatted(r.chunk(), block, ino, bad));
    }
  }

  private static @Nullable String problem(byte[] page, long ino, int level) {
    if (BlockHeader.KIND.get(page, 0) != BlockKind.TREE.code()
        || BlockHeader.OWNER.get(page, 0) != ino) {
      return "it is of kind %d and owned by %x"
          .formatted(BlockHeader.KIND.get(page, 0), BlockHeader.OWNER.get(page, 0));
    }
    if (TreePage.LEVEL.get(page, 0) != level) {
      return "level " + TreePage.LEVEL.get(page, 0) + ", expected " + level;
    }
    int slotsEnd = TreePage.SLOTS + 2 * count(page);
    if (count(page) == 0 || slotsEnd > heap(page) || heap(page) > BlockHeader.BLOCK) {
      return count(page) + " slots and heap at " + heap(page);
    }
    return null;
  }

  static int count(byte[] page) {
    return TreePage.COUNT.get(page, 0);
  }

  static int heap(byte[] page) {
    return TreePage.HEAP.get(page, 0);
  }

  /** Offset of item {@code i}, which lies inside the page. */
  static int item(BlockReader r, byte[] page, int i) throws CorruptException {
    int at = (short) SHORT.get(page, TreePage.SLOTS + 2 * i) & 0xFFFF;
    if (at < heap(page)
        || at + ItemKey.MIN_HEAD > BlockHeader.BLOCK
        || at + ItemKey.head(page, at) > BlockHeader.BLOCK
        || at + ItemKey.length(page, at) > BlockHeader.BLOCK
        || TreePage.LEVEL.get(page, 0) > 0 && ItemKey.valueLength(page, at) != 4) {
      throw new CorruptException(
          r.chunk(),
          BlockHeader.ADDRESS.get(page, 0),
          "chunk %d block %d: slot %d of the tree page leads to no item (offset %d)"
              .formatted(r.chunk(), BlockHeader.ADDRESS.get(page, 0), i, at));
    }
    return at;
  }

  /** Index of the first item not below the key. */
  static int lowerBound(BlockReader r, byte[] page, int type, long major, long minor)
      throws CorruptException {
    int low = 0;
    int high = count(page);
    while (low < high) {
      int mid = (low + high) >>> 1;
      if (ItemKey.compare(page, item(r, page, mid), type, major, minor) < 0) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    return low;
  }

  /** Index of the child of an inner page that the key belongs to. */
  static int childIndex(BlockReader r, byte[] page, int type, long major, long minor)
      throws CorruptException {
    int i = lowerBound(r, page, type, major, minor);
    if (i < count(page) && ItemKey.compare(page, item(r, page, i), type, major, minor) == 0) {
      return i;
    }
    return Math.max(0, i - 1);
  }

  /** Bytes that items and slots use. */
  static int used(byte[] page) {
    return 2 * count(page) + BlockHeader.BLOCK - heap(page) - TreePage.GARBAGE.get(page, 0);
  }

  static boolean fits(byte[] page, int itemLength) {
    return used(page) + itemLength + 2 <= BlockHeader.BLOCK - TreePage.SLOTS;
  }

  /** Puts an item in as number {@code i}; {@link #fits} was asked. */
  static void insert(BlockReader r, byte[] page, int i, byte[] item, int from, int length)
      throws CorruptException {
    int count = count(page);
    if (heap(page) - (TreePage.SLOTS + 2 * count) < length + 2) {
      rebuild(r, page, 0, count);
    }
    int at = heap(page) - length;
    System.arraycopy(item, from, page, at, length);
    int slot = TreePage.SLOTS + 2 * i;
    System.arraycopy(page, slot, page, slot + 2, 2 * (count - i));
    SHORT.set(page, slot, (short) at);
    TreePage.HEAP.set(page, 0, at);
    TreePage.COUNT.set(page, 0, count + 1);
  }

  static void delete(BlockReader r, byte[] page, int i) throws CorruptException {
    int at = item(r, page, i);
    int length = ItemKey.length(page, at);
    int count = count(page);
    int slot = TreePage.SLOTS + 2 * i;
    System.arraycopy(page, slot + 2, page, slot, 2 * (count - i - 1));
    SHORT.set(page, TreePage.SLOTS + 2 * (count - 1), (short) 0);
    TreePage.COUNT.set(page, 0, count - 1);
    if (at == heap(page)) {
      TreePage.HEAP.set(page, 0, at + length);
    } else {
      TreePage.GARBAGE.set(page, 0, TreePage.GARBAGE.get(page, 0) + length);
    }
    if (count == 1) {
      TreePage.HEAP.set(page, 0, BlockHeader.BLOCK);
      TreePage.GARBAGE.set(page, 0, 0);
    }
  }

  /** Keeps items {@code from} to {@code to} (exclusive) only, packed. */
  static void rebuild(BlockReader r, byte[] page, int from, int to) throws CorruptException {
    byte[] old = page.clone();
    java.util.Arrays.fill(page, TreePage.SLOTS, BlockHeader.BLOCK, (byte) 0);
    TreePage.COUNT.set(page, 0, 0);
    TreePage.GARBAGE.set(page, 0, 0);
    TreePage.HEAP.set(page, 0, BlockHeader.BLOCK);
    copy(r, old, from, to, page);
  }

  /** Appends items of one page to another. */
  static void copy(BlockReader r, byte[] source, int from, int to, byte[] target)
      throws CorruptException {
    int heap = heap(target);
    int count = count(target);
    for (int i = from; i < to; i++) {
      int at = item(r, source, i);
      int length = ItemKey.length(source, at);
      heap -= length;
      if (heap < TreePage.SLOTS + 2 * (count + 1)) {
        throw new CorruptException(
            r.chunk(),
            BlockHeader.ADDRESS.get(source, 0),
            "chunk %d block %d: items of the tree page overlap"
                .formatted(r.chunk(), BlockHeader.ADDRESS.get(source, 0)));
      }
      System.arraycopy(source, at, target, heap, length);
      SHORT.set(target, TreePage.SLOTS + 2 * count, (short) heap);
      count++;
    }
    TreePage.HEAP.set(target, 0, heap);
    TreePage.COUNT.set(target, 0, count);
  }
}
