package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.volume.Image;
import org.jspecify.annotations.Nullable;

/**
 * Finds an inode's items as bytes: inline, or in the leaves of its tree. Believes what it reads.
 */
final class ItemSpots {
  private final Image image;

  ItemSpots(Image image) {
    this.image = image;
  }

  /**
   * An item's bytes.
   *
   * @param slot number of its slot in a page; -1: inline
   * @param block that it lies in
   * @param at its first byte in the block
   */
  record At(ItemType type, int block, int slot, int at, int length, byte[] bytes) {
    byte[] value() {
      return Arrays.copyOfRange(bytes, type.head(), bytes.length);
    }

    /** Whether it is an entry or a back pointer of that name. */
    boolean named(String name) {
      int at = type == ItemType.DIRENT ? Items.Dirent.NAME : Items.BackPointer.NAME;
      byte[] value = value();
      return (type == ItemType.DIRENT || type == ItemType.BACK_POINTER)
          && value.length >= at
          && Arrays.equals(
              Arrays.copyOfRange(value, at, value.length), name.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** All items in order. */
  List<At> of(long ino) throws IOException {
    ChunkReader reader = new ChunkReader(image, Ino.chunk(ino));
    byte[] block = reader.raw(Ino.block(ino), 1);
    int record = InodeRecord.offset(Ino.slot(ino));
    List<At> all = new ArrayList<>();
    int levels = InodeRecord.TREE_LEVELS.get(block, record);
    if (levels > 0) {
      page(reader, InodeRecord.TREE_ROOT.get(block, record), levels - 1, all);
      return all;
    }
    int at = record + InodeRecord.INLINE;
    int end = at + InodeRecord.INLINE_BYTES.get(block, record);
    while (at < end) {
      At item = item(block, Ino.block(ino), -1, at);
      all.add(item);
      at += item.length;
    }
    return all;
  }

  private void page(ChunkReader reader, int block, int level, List<At> all) throws IOException {
    byte[] page = reader.raw(block, 1);
    for (int slot = 0; slot < TreePage.COUNT.get(page, 0); slot++) {
      int at =
          ByteBuffer.wrap(page)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .getShort(TreePage.SLOTS + Short.BYTES * slot)
              & 0xFFFF;
      At item = item(page, block, slot, at);
      if (level > 0) {
        int child = ByteBuffer.wrap(item.value()).order(ByteOrder.LITTLE_ENDIAN).getInt();
        page(reader, child, level - 1, all);
      } else {
        all.add(item);
      }
    }
  }

  private static At item(byte[] bytes, int block, int slot, int at) throws IOException {
    ItemType type = ItemType.of(bytes[at] & 0xFF);
    ItemType known =
        type == null ? ItemType.DIRENT : type; // an inner page's first item is all zero
    int length =
        known.head()
            + (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(at + 1) & 0xFFFF);
    if (at + length > BlockHeader.BLOCK) {
      throw new IOException("block %d has no item at byte %d".formatted(block, at));
    }
    return new At(known, block, slot, at, length, Arrays.copyOfRange(bytes, at, at + length));
  }

  /** The inode at a path. */
  long find(String path) throws IOException {
    long at = image.layout().root();
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        Long next = child(at, name.getBytes(StandardCharsets.UTF_8));
        if (next == null) {
          throw new IOException("there is no '%s' in %s".formatted(name, path));
        }
        at = next;
      }
    }
    return at;
  }

  private @Nullable Long child(long dir, byte[] name) throws IOException {
    for (At item : of(dir)) {
      byte[] value = item.value();
      if (item.type == ItemType.DIRENT
          && Arrays.equals(Arrays.copyOfRange(value, Items.Dirent.NAME, value.length), name)) {
        return Items.Dirent.INO.get(value, 0);
      }
      if (item.type == ItemType.CONTINUATION && Items.Continuation.INO.get(value, 0) != dir) {
        Long there = child(Items.Continuation.INO.get(value, 0), name);
        if (there != null) {
          return there;
        }
      }
    }
    return null;
  }
}
