package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/** Makes and reads the items of names. */
final class Names {
  private static final int TIES = 128;

  private final NameHash hash;

  Names(NameHash hash) {
    this.hash = hash;
  }

  /** The name in a DIRENT item. */
  static byte[] ofDirent(Item item) {
    return Arrays.copyOfRange(item.value(), Items.Dirent.NAME, item.value().length);
  }

  /** The name in a BACK_POINTER item. */
  static byte[] ofBack(Item item) {
    return Arrays.copyOfRange(item.value(), Items.BackPointer.NAME, item.value().length);
  }

  /** The inode that entries of a directory with this cookie are in: itself, or a part of it. */
  static long part(InodeModel head, long cookie) {
    long part = head.ino;
    for (Item range : head.of(ItemType.CONTINUATION)) {
      if (Long.compareUnsigned(range.major(), cookie) <= 0) {
        part = Items.Continuation.INO.get(range.value(), 0);
      }
    }
    return part;
  }

  /** The entry of that name, or null. */
  @Nullable Item dirent(InodeModel dir, byte[] name) {
    long base = hash.cookie(name);
    for (int tie = 0; tie < TIES; tie++) {
      Item item = dir.find(ItemType.DIRENT, base + tie, 0);
      if (item != null && Arrays.equals(ofDirent(item), name)) {
        return item;
      }
    }
    return null;
  }

  /** The back pointer of that name in that directory, or null. */
  @Nullable Item back(InodeModel inode, long parent, byte[] name) {
    long base = hash.backKey(parent, name);
    for (int tie = 0; tie < TIES; tie++) {
      Item item = inode.find(ItemType.BACK_POINTER, base + tie, 0);
      if (item != null
          && Items.BackPointer.PARENT.get(item.value(), 0) == parent
          && Arrays.equals(ofBack(item), name)) {
        return item;
      }
    }
    return null;
  }

  /** Enters a name; null if its hash has no key left. */
  @Nullable Item addDirent(
      InodeModel dir, byte[] name, long target, int generation, int type, long g) {
    byte[] value = new byte[Items.Dirent.NAME + name.length];
    Items.Dirent.INO.set(value, 0, target);
    Items.Dirent.GENERATION.set(value, 0, generation);
    Items.Dirent.G.set(value, 0, g);
    Items.Dirent.TYPE.set(value, 0, type);
    Items.Dirent.NAME_LENGTH.set(value, 0, name.length);
    System.arraycopy(name, 0, value, Items.Dirent.NAME, name.length);
    return add(dir, ItemType.DIRENT, hash.cookie(name), value);
  }

  /** Enters an entry of another part of the directory; null if its hash has no key left. */
  @Nullable Item addDirent(InodeModel dir, Item entry) {
    return add(dir, ItemType.DIRENT, hash.cookie(ofDirent(entry)), entry.value());
  }

  /** Makes a back pointer; null if its hash has no key left. */
  @Nullable Item addBack(InodeModel inode, long parent, int parentGeneration, byte[] name, long g) {
    byte[] value = new byte[Items.BackPointer.NAME + name.length];
    Items.BackPointer.PARENT.set(value, 0, parent);
    Items.BackPointer.PARENT_GENERATION.set(value, 0, parentGeneration);
    Items.BackPointer.G.set(value, 0, g);
    Items.BackPointer.NAME_LENGTH.set(value, 0, name.length);
    System.arraycopy(name, 0, value, Items.BackPointer.NAME, name.length);
    return add(inode, ItemType.BACK_POINTER, hash.backKey(parent, name), value);
  }

  private static @Nullable Item add(InodeModel to, ItemType type, long base, byte[] value) {
    for (int tie = 0; tie < TIES; tie++) {
      if (to.find(type, base + tie, 0) == null) {
        Item item = new Item(type.code(), base + tie, 0, value);
        to.put(item);
        return item;
      }
    }
    return null;
  }

  /** A copy of the item with another value. */
  static Item with(Item item, java.util.function.Consumer<byte[]> change) {
    byte[] value = item.value().clone();
    change.accept(value);
    return new Item(item.type(), item.major(), item.minor(), value);
  }

  /** All names of an inode. */
  static List<Item> backs(InodeModel inode) {
    return new ArrayList<>(inode.of(ItemType.BACK_POINTER));
  }

  static String show(byte[] name) {
    return new String(name, java.nio.charset.StandardCharsets.UTF_8);
  }

  static String show(InodeModel inode) {
    return Ino.show(inode.ino);
  }
}
