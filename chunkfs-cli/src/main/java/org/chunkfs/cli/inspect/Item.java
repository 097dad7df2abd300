package org.chunkfs.cli.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.jspecify.annotations.Nullable;

/**
 * One item as it was found.
 *
 * @param type its code, known or not
 * @param length bytes of the whole item
 */
record Item(int type, long major, long minor, byte[] value, int length) {
  private static final int HEAD = 11, MINOR = 8;

  /** The item at {@code at}, or null if it does not fit before {@code end}. */
  static @Nullable Item at(byte[] bytes, int at, int end) {
    if (at < 0 || at + HEAD > end) {
      return null;
    }
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int type = bytes[at] & 0xFF;
    ItemType known = ItemType.of(type);
    int head = known != null && known.hasMinor() ? HEAD + MINOR : HEAD;
    int length = head + (b.getShort(at + 1) & 0xFFFF);
    if (at + length > end) {
      return null;
    }
    return new Item(
        type,
        b.getLong(at + 3),
        head == HEAD ? 0 : b.getLong(at + HEAD),
        Arrays.copyOfRange(bytes, at + head, at + length),
        length);
  }

  /** Unsigned order of keys. */
  int compareKey(Item other) {
    int byType = Integer.compare(type, other.type);
    int byMajor = Long.compareUnsigned(major, other.major);
    return byType != 0 ? byType : byMajor != 0 ? byMajor : Long.compareUnsigned(minor, other.minor);
  }

  /** The child that an inner page's item leads to, or -1. */
  int child() {
    return value.length == 4 ? ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt() : -1;
  }

  /** Name of the type and the key. */
  String key() {
    ItemType known = ItemType.of(type);
    if (known == null) {
      return "type %d 0x%016x".formatted(type, major);
    }
    return switch (known) {
      case EXTENT, CONTINUATION, INLINE -> known + " " + Long.toUnsignedString(major);
      case ORPHAN, XREF_OUT, XREF_IN, CONT_OUT, CONT_IN ->
          known + " " + Ino.show(major) + (known.hasMinor() ? " 0x%016x".formatted(minor) : "");
      default -> known + " 0x%016x".formatted(major);
    };
  }

  /** What the value says, or why it says nothing. */
  String text() {
    ItemType known = ItemType.of(type);
    if (known == null) {
      return "no such type, " + value.length + " bytes";
    }
    int least =
        switch (known) {
          case DIRENT -> Items.Dirent.NAME;
          case BACK_POINTER -> Items.BackPointer.NAME;
          case EXTENT -> Items.Extent.SIZE;
          case CONTINUATION -> Items.Continuation.SIZE;
          case ORPHAN -> Items.Orphan.SIZE;
          case XREF_OUT -> Items.XrefOut.SIZE;
          case XREF_IN -> Items.XrefIn.SIZE;
          case CONT_OUT, CONT_IN -> Items.ContinuationRef.SIZE;
          case XATTR, INLINE -> 0;
        };
    if (value.length < least) {
      return "BAD: " + value.length + " bytes, expected " + least + " or more";
    }
    return switch (known) {
      case DIRENT ->
          "'%s' -> %s generation %s, type %d, commit %s"
              .formatted(
                  name(Items.Dirent.NAME, Items.Dirent.NAME_LENGTH.get(value, 0)),
                  Ino.show(Items.Dirent.INO.get(value, 0)),
                  Items.Dirent.GENERATION.show(value, 0),
                  Items.Dirent.TYPE.get(value, 0),
                  Fields.commit(Items.Dirent.G.get(value, 0)));
      case BACK_POINTER ->
          "'%s' in %s generation %s, commit %s"
              .formatted(
                  name(Items.BackPointer.NAME, Items.BackPointer.NAME_LENGTH.get(value, 0)),
                  Ino.show(Items.BackPointer.PARENT.get(value, 0)),
                  Items.BackPointer.PARENT_GENERATION.show(value, 0),
                  Fields.commit(Items.BackPointer.G.get(value, 0)));
      case EXTENT ->
          "blocks %s + %s%s"
              .formatted(
                  Items.Extent.BLOCK.show(value, 0),
                  Items.Extent.COUNT.show(value, 0),
                  Items.Extent.FLAGS.get(value, 0) == 0 ? "" : ", unwritten");
      case CONTINUATION ->
          "in %s generation %s"
              .formatted(
                  Ino.show(Items.Continuation.INO.get(value, 0)),
                  Items.Continuation.GENERATION.show(value, 0));
      case ORPHAN ->
          "generation %s, %s, blocks %s to %s"
              .formatted(
                  Items.Orphan.GENERATION.show(value, 0),
                  Items.Orphan.REASON.get(value, 0) == Items.Orphan.TRIM
                      ? "to be trimmed"
                      : "no names left",
                  Items.Orphan.FROM.show(value, 0),
                  Items.Orphan.TO.show(value, 0));
      case XREF_OUT ->
          "generation %s, named in %s generation %s, cookie 0x%016x, commit %s"
              .formatted(
                  Items.XrefOut.TARGET_GENERATION.show(value, 0),
                  Ino.show(Items.XrefOut.PARENT.get(value, 0)),
                  Items.XrefOut.PARENT_GENERATION.show(value, 0),
                  Items.XrefOut.COOKIE.get(value, 0),
                  Fields.commit(Items.XrefOut.G.get(value, 0)));
      case XREF_IN ->
          "names %s generation %s, entry in chunk %s, commit %s"
              .formatted(
                  Ino.show(Items.XrefIn.TARGET.get(value, 0)),
                  Items.XrefIn.TARGET_GENERATION.show(value, 0),
                  Items.XrefIn.CHUNK.show(value, 0),
                  Fields.commit(Items.XrefIn.G.get(value, 0)));
      case CONT_OUT, CONT_IN ->
          "%s, generations %s and %s, commit %s"
              .formatted(
                  Ino.show(minor),
                  Items.ContinuationRef.HEAD_GENERATION.show(value, 0),
                  Items.ContinuationRef.GENERATION.show(value, 0),
                  Fields.commit(Items.ContinuationRef.G.get(value, 0)));
      case XATTR -> xattr();
      case INLINE -> "'" + Names.show(value) + "'";
    };
  }

  private String xattr() {
    int nameLength = value.length > 4 ? value[4] & 0xFF : 0;
    if ((major & 0xFF) != 0 || value.length < 5 + nameLength) {
      return value.length + " bytes";
    }
    return "%s, %d of %d bytes"
        .formatted(
            Names.show(Arrays.copyOfRange(value, 5, 5 + nameLength)),
            value.length - 5 - nameLength,
            Integer.toUnsignedLong(ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt()));
  }

  private String name(int at, int length) {
    return at + length <= value.length
        ? Names.show(Arrays.copyOfRange(value, at, at + length))
        : "(cut off: " + length + " bytes of name, " + (value.length - at) + " there)";
  }
}
