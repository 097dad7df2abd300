package org.chunkfs.core.format;

/** What a block holds. The codes persist: never changed, never reused. */
public enum BlockKind {
  /** In the block table: nobody's. Never in a block's own header. */
  FREE(0),
  SUPERBLOCK(1),
  CHUNK_HEADER(2),
  VOLUME_RECORD(3),
  TABLE_ROOT(4),
  TABLE(5),
  CHUNK_STATE(6),
  INODES(7),
  TREE(8),
  /** File data: the only kind without a header of its own. */
  DATA(9),
  /** Reserved for blocks with several owners (reflinks, snapshots). */
  SHARED(10),
  /** Which rings hold records, at each member's start. */
  RING_MAP(11);

  private static final BlockKind[] BY_CODE = values();
  private final int code;

  BlockKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The kind with that code, or null. */
  public static @org.jspecify.annotations.Nullable BlockKind of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
