package org.chunkfs.core.format;

/**
 * The fixed fields of an item tree's page: slots (u16 offsets, sorted by key) grow up from {@link
 * #SLOTS}, items down from the end.
 */
public final class TreePage {
  public static final RecordLayout LAYOUT =
      new RecordLayout(
          "tree page",
          BlockHeader.SIZE,
          "A page of an item tree. Slots (u16) follow; items fill the page from its end.");
  public static final Field.U8 LEVEL =
      LAYOUT.u8("level", "0 leaf; a child's level is its parent's less one");
  public static final Field.U8 RESERVED = LAYOUT.u8("reserved", "zero");
  public static final Field.U16 COUNT = LAYOUT.u16("count", "number of slots");
  public static final Field.U16 HEAP =
      LAYOUT.u16("heap", "offset of the lowest item byte, 4096 when there is none");
  public static final Field.U16 GARBAGE =
      LAYOUT.u16("garbage", "bytes between heap and end that no item uses");
  public static final int SLOTS = LAYOUT.size();

  private TreePage() {}
}
