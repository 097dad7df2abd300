package org.chunkfs.core.format;

/**
 * The kinds of item an inode's map holds. The codes persist and order the map.
 *
 * <p>An item is {@code type u8, value length u16, major u64, [minor u64], value}; the minor key is
 * there only in types that have one.
 */
public enum ItemType {
  /**
   * Directory entry. Major: cookie (56-bit name hash, 7-bit tie-breaker). Value: {@link
   * Items.Dirent}.
   */
  DIRENT(1, false),
  /**
   * A name that leads to this inode. Major: hash of parent and name with tie-breaker. Value: {@link
   * Items.BackPointer}.
   */
  BACK_POINTER(2, false),
  /** A run of blocks. Major: first block in the file. Value: {@link Items.Extent}. */
  EXTENT(3, false),
  /**
   * A fragment of an extended attribute. Major: 48-bit name hash, 8-bit tie-breaker, 8-bit fragment
   * number. Value: fragment 0: total u32, name length u8, name, bytes; else bytes.
   */
  XATTR(4, false),
  /** A fragment of a symbolic link's target. Major: offset in the target. Value: bytes. */
  INLINE(5, false),
  /**
   * Which part holds the range from here on. Major: first block in the file, or first cookie.
   * Value: {@link Items.Continuation}.
   */
  CONTINUATION(6, false),
  /**
   * An inode that waits to be deleted or trimmed. Major: inode number. Value: {@link Items.Orphan}.
   */
  ORPHAN(7, false),
  /**
   * Outbound cross reference: a name in this chunk for an inode elsewhere. Major: target inode.
   * Minor: key of its back pointer. Value: {@link Items.XrefOut}.
   */
  XREF_OUT(8, true),
  /**
   * Inbound cross reference: a name elsewhere for an inode of this chunk. Major: parent directory
   * (its head). Minor: cookie. Value: {@link Items.XrefIn}.
   */
  XREF_IN(9, true),
  /**
   * A continuation elsewhere of a head in this chunk. Major: continuation inode. Minor: head inode.
   * Value: {@link Items.ContinuationRef}.
   */
  CONT_OUT(10, true),
  /**
   * A continuation in this chunk of a head elsewhere. Major: head inode. Minor: continuation inode.
   * Value: {@link Items.ContinuationRef}.
   */
  CONT_IN(11, true);

  private static final ItemType[] BY_CODE = values();
  private final int code;
  private final boolean hasMinor;

  ItemType(int code, boolean hasMinor) {
    this.code = code;
    this.hasMinor = hasMinor;
  }

  public int code() {
    return code;
  }

  public boolean hasMinor() {
    return hasMinor;
  }

  /** Bytes before the value: type, length, key. */
  public int head() {
    return hasMinor ? 19 : 11;
  }

  public static @org.jspecify.annotations.Nullable ItemType of(int code) {
    return code >= 1 && code <= BY_CODE.length ? BY_CODE[code - 1] : null;
  }
}
