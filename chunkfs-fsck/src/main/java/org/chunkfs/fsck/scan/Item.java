package org.chunkfs.fsck.scan;

import java.util.Arrays;
import org.chunkfs.core.format.ItemType;
import org.jspecify.annotations.Nullable;

/**
 * One item of an inode's map, taken out of its bytes.
 *
 * @param type code of its type, any number from 0 to 255
 * @param minor 0 in types without one
 */
public record Item(int type, long major, long minor, byte[] value) implements Comparable<Item> {
  private static final int MIN_HEAD = 11;

  /** The item at {@code at}, or null if it does not end before {@code end}. */
  static @Nullable Item at(byte[] bytes, int at, int end) {
    if (at < 0 || end - at < MIN_HEAD) {
      return null;
    }
    int type = bytes[at] & 0xFF;
    int head = head(type);
    int length = Bytes.u16(bytes, at + 1);
    if (end - at < head + length) {
      return null;
    }
    return new Item(
        type,
        Bytes.u64(bytes, at + 3),
        head > MIN_HEAD ? Bytes.u64(bytes, at + 11) : 0,
        Arrays.copyOfRange(bytes, at + head, at + head + length));
  }

  private static int head(int type) {
    ItemType known = ItemType.of(type);
    return known == null ? MIN_HEAD : known.head();
  }

  /** Bytes it takes. */
  public int length() {
    return head(type) + value.length;
  }

  /** Its bytes. */
  public byte[] encode() {
    byte[] bytes = new byte[length()];
    bytes[0] = (byte) type;
    Bytes.u16(bytes, 1, value.length);
    Bytes.u64(bytes, 3, major);
    if (head(type) > MIN_HEAD) {
      Bytes.u64(bytes, 11, minor);
    }
    System.arraycopy(value, 0, bytes, head(type), value.length);
    return bytes;
  }

  public @Nullable ItemType kind() {
    return ItemType.of(type);
  }

  /** The order of items in a map. */
  @Override
  public int compareTo(Item other) {
    int byType = Integer.compare(type, other.type);
    if (byType != 0) {
      return byType;
    }
    int byMajor = Long.compareUnsigned(major, other.major);
    return byMajor != 0 ? byMajor : Long.compareUnsigned(minor, other.minor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Item that && compareTo(that) == 0 && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return (type * 31 + Long.hashCode(major)) * 31 + Long.hashCode(minor);
  }

  /** Key in words. */
  public String show() {
    ItemType kind = kind();
    return (kind == null ? "type " + type : kind.name())
        + " "
        + Long.toHexString(major)
        + (kind != null && kind.hasMinor() ? "/" + Long.toHexString(minor) : "");
  }
}
