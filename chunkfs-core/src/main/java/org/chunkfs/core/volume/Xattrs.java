package org.chunkfs.core.volume;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes: fragments of at most {@link Items#MAX_VALUE} bytes under one key; the first
 * one begins with the total length and the name.
 */
final class Xattrs {
  private static final int VALUE_MAX = 65_536;
  private static final int FRAGMENTS = 256;
  private static final int TIES = 256;
  private static final int PREFIX = 5;

  private final NameHash hash;

  Xattrs(NameHash hash) {
    this.hash = hash;
  }

  static void check(byte[] name) throws FsException {
    if (name.length == 0 || name.length > Vfs.NAME_MAX) {
      throw new FsException(
          Reason.RANGE, "an attribute's name has 1 to 255 bytes, not " + name.length);
    }
  }

  byte[] get(BlockReader r, long id, byte[] name) throws IOException {
    check(name);
    Attributes.find(r, id);
    long ino = Ino.ofId(id);
    Long found = key(r, ino, name);
    if (found == null) {
      throw missing(name);
    }
    long key = found;
    ItemCursor c = new ItemCursor(r, ino);
    ItemMap.find(c, ItemType.XATTR, key, 0);
    int total = total(c);
    ByteArrayOutputStream value = new ByteArrayOutputStream(total);
    int skip = PREFIX + name.length;
    for (int fragment = 0; value.size() < total; fragment++) {
      if (!c.at(ItemType.XATTR) || c.major() != key + fragment || c.valueLength() < skip) {
        throw c.corrupt("an extended attribute that lacks its fragment " + fragment);
      }
      value.write(c.bytes(), c.valueAt() + skip, c.valueLength() - skip);
      skip = 0;
      if (value.size() < total && !c.next()) {
        throw new CorruptException(
            r.chunk(),
            Ino.block(ino),
            "chunk %d inode %s: an extended attribute ends early"
                .formatted(r.chunk(), Ino.show(ino)));
      }
    }
    return value.toByteArray();
  }

  List<byte[]> list(BlockReader r, long id) throws IOException {
    Attributes.find(r, id);
    List<byte[]> names = new ArrayList<>();
    ItemCursor c = new ItemCursor(r, Ino.ofId(id));
    boolean more = c.seek(ItemType.XATTR, 0, 0);
    while (more && c.at(ItemType.XATTR)) {
      if ((c.major() & FRAGMENTS - 1) == 0) {
        names.add(name(c));
      }
      more = c.next();
    }
    return names;
  }

  void set(ChunkTx tx, long id, byte[] name, byte[] value, Vfs.XattrMode mode, long now)
      throws IOException {
    check(name);
    if (value.length > VALUE_MAX) {
      throw new FsException(
          Reason.TOO_BIG, "an attribute's value has at most 65536 bytes, not " + value.length);
    }
    Attributes.find(tx, id);
    long ino = Ino.ofId(id);
    Long found = key(tx, ino, name);
    if (found != null && mode == Vfs.XattrMode.CREATE) {
      throw new FsException(Reason.EXISTS, "the attribute " + Names.show(name) + " exists");
    }
    if (found == null && mode == Vfs.XattrMode.REPLACE) {
      throw missing(name);
    }
    if (found != null) {
      removeFragments(tx, ino, found);
    }
    long key = found != null ? found : freeKey(tx, ino, name);
    byte[] all = new byte[PREFIX + name.length + value.length];
    for (int i = 0; i < 4; i++) {
      all[i] = (byte) (value.length >>> 8 * i);
    }
    all[4] = (byte) name.length;
    System.arraycopy(name, 0, all, PREFIX, name.length);
    System.arraycopy(value, 0, all, PREFIX + name.length, value.length);
    for (int from = 0, fragment = 0; from < all.length; from += Items.MAX_VALUE, fragment++) {
      byte[] part = Arrays.copyOfRange(all, from, Math.min(all.length, from + Items.MAX_VALUE));
      ItemMap.put(tx, ino, ItemType.XATTR, key + fragment, 0, part);
    }
    Attributes.touch(tx, id, now);
  }

  void remove(ChunkTx tx, long id, byte[] name, long now) throws IOException {
    check(name);
    Attributes.find(tx, id);
    Long key = key(tx, Ino.ofId(id), name);
    if (key == null) {
      throw missing(name);
    }
    removeFragments(tx, Ino.ofId(id), key);
    Attributes.touch(tx, id, now);
  }

  private static FsException missing(byte[] name) {
    return new FsException(Reason.NO_XATTR, "there is no attribute " + Names.show(name));
  }

  private static void removeFragments(ChunkTx tx, long ino, long key) throws IOException {
    for (int fragment = 0; fragment < FRAGMENTS; fragment++) {
      if (!ItemMap.remove(tx, ino, ItemType.XATTR, key + fragment, 0)) {
        return;
      }
    }
  }

  /** Key of the first fragment of an attribute, or null; keys are unsigned. */
  private @Nullable Long key(BlockReader r, long ino, byte[] name) throws IOException {
    long base = hash.xattrKey(name);
    ItemCursor c = new ItemCursor(r, ino);
    for (int tie = 0; tie < TIES; tie++) {
      long key = base | (long) tie * FRAGMENTS;
      if (!c.seek(ItemType.XATTR, key, 0) || !c.at(ItemType.XATTR)) {
        return null;
      }
      if (c.major() >>> 16 != base >>> 16) {
        return null;
      }
      if (c.major() == key && Arrays.equals(name(c), name)) {
        return key;
      }
    }
    return null;
  }

  private long freeKey(BlockReader r, long ino, byte[] name) throws IOException {
    long base = hash.xattrKey(name);
    for (int tie = 0; tie < TIES; tie++) {
      long key = base | (long) tie * FRAGMENTS;
      if (!ItemMap.find(new ItemCursor(r, ino), ItemType.XATTR, key, 0)) {
        return key;
      }
    }
    throw new FsException(Reason.NO_SPACE, "256 attributes with one hash: no room for one more");
  }

  private static int total(ItemCursor c) throws IOException {
    c.require(PREFIX);
    int total = 0;
    for (int i = 0; i < 4; i++) {
      total |= (c.bytes()[c.valueAt() + i] & 0xFF) << 8 * i;
    }
    if (total < 0 || total > VALUE_MAX) {
      throw c.corrupt("an extended attribute of " + Integer.toUnsignedString(total) + " bytes");
    }
    return total;
  }

  private static byte[] name(ItemCursor c) throws IOException {
    c.require(PREFIX);
    int length = c.bytes()[c.valueAt() + 4] & 0xFF;
    c.require(PREFIX + length);
    int from = c.valueAt() + PREFIX;
    return Arrays.copyOfRange(c.bytes(), from, from + length);
  }
}
