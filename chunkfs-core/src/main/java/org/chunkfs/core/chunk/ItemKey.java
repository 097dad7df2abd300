package org.chunkfs.core.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.chunkfs.core.format.ItemType;

/** Encoded items: {@code type u8, value length u16, major u64, [minor u64], value}. */
final class ItemKey {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Shortest item: a head without a minor key. */
  static final int MIN_HEAD = 11;

  private ItemKey() {}

  static int type(byte[] b, int at) {
    return b[at] & 0xFF;
  }

  static boolean hasMinor(int type) {
    ItemType known = ItemType.of(type);
    return known != null && known.hasMinor();
  }

  static int head(byte[] b, int at) {
    return hasMinor(type(b, at)) ? 19 : MIN_HEAD;
  }

  static int valueLength(byte[] b, int at) {
    return (short) SHORT.get(b, at + 1) & 0xFFFF;
  }

  static int length(byte[] b, int at) {
    return head(b, at) + valueLength(b, at);
  }

  static long major(byte[] b, int at) {
    return (long) LONG.get(b, at + 3);
  }

  static long minor(byte[] b, int at) {
    return hasMinor(type(b, at)) ? (long) LONG.get(b, at + 11) : 0;
  }

  /** Order of the item at {@code at} and a key. */
  static int compare(byte[] b, int at, int type, long major, long minor) {
    int byType = Integer.compare(type(b, at), type);
    if (byType != 0) {
      return byType;
    }
    int byMajor = Long.compareUnsigned((long) LONG.get(b, at + 3), major);
    if (byMajor != 0 || !hasMinor(type)) {
      return byMajor;
    }
    return Long.compareUnsigned((long) LONG.get(b, at + 11), minor);
  }

  static byte[] encode(ItemType type, long major, long minor, byte[] value) {
    byte[] item = new byte[type.head() + value.length];
    item[0] = (byte) type.code();
    SHORT.set(item, 1, (short) value.length);
    LONG.set(item, 3, major);
    if (type.hasMinor()) {
      LONG.set(item, 11, minor);
    }
    System.arraycopy(value, 0, item, type.head(), value.length);
    return item;
  }

  /** The first item of a new root: the key below all others, and a child. */
  static byte[] lowest(int child) {
    return separator(new byte[MIN_HEAD], 0, child);
  }

  /** An inner page's item: the key of the item at {@code at}, and a child. */
  static byte[] separator(byte[] b, int at, int child) {
    int head = head(b, at);
    byte[] item = new byte[head + 4];
    System.arraycopy(b, at, item, 0, head);
    SHORT.set(item, 1, (short) 4);
    for (int i = 0; i < 4; i++) {
      item[head + i] = (byte) (child >>> 8 * i);
    }
    return item;
  }

  static int child(byte[] b, int at) {
    int v = at + head(b, at);
    return (b[v] & 0xFF)
        | (b[v + 1] & 0xFF) << 8
        | (b[v + 2] & 0xFF) << 16
        | (b[v + 3] & 0xFF) << 24;
  }
}
