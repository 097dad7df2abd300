package org.chunkfs.core.format;

/** Layouts of item values; variable parts (names) follow the fixed fields. */
public final class Items {
  /** Largest value, so that a tree page holds at least four items. */
  public static final int MAX_VALUE = 960;

  /**
   * Lowest cookie of a directory entry; those below are for ".", ".." and the start of a listing.
   */
  public static final long FIRST_COOKIE = 16;

  /** A directory entry's value; the name follows. */
  public static final class Dirent {
    public static final RecordLayout LAYOUT =
        new RecordLayout("dirent value", 0, "Value of a DIRENT item; the name follows.");
    public static final Field.U64 INO = LAYOUT.u64("ino", "inode number");
    public static final Field.U32 GENERATION = LAYOUT.u32("generation", "its generation");
    public static final Field.U64 G = LAYOUT.u64("g", "commit that made the name");
    public static final Field.U8 TYPE = LAYOUT.u8("type", "file type, mode >> 12");
    public static final Field.U8 NAME_LENGTH =
        LAYOUT.u8("name_length", "bytes of name that follow");
    public static final int NAME = LAYOUT.size();

    private Dirent() {}
  }

  /** A back pointer's value; the name follows. */
  public static final class BackPointer {
    public static final RecordLayout LAYOUT =
        new RecordLayout(
            "back pointer value", 0, "Value of a BACK_POINTER item; the name follows.");
    public static final Field.U64 PARENT =
        LAYOUT.u64("parent", "inode number of the directory (its head)");
    public static final Field.U32 PARENT_GENERATION =
        LAYOUT.u32("parent_generation", "its generation");
    public static final Field.U64 G = LAYOUT.u64("g", "commit that made the name");
    public static final Field.U8 NAME_LENGTH =
        LAYOUT.u8("name_length", "bytes of name that follow");
    public static final int NAME = LAYOUT.size();

    private BackPointer() {}
  }

  /** A run of blocks. */
  public static final class Extent {
    public static final RecordLayout LAYOUT =
        new RecordLayout("extent value", 0, "Value of an EXTENT item.");
    public static final Field.U32 BLOCK = LAYOUT.u32("block", "first block in the chunk");
    public static final Field.U32 COUNT = LAYOUT.u32("count", "number of blocks, at least 1");
    public static final Field.U8 FLAGS = LAYOUT.u8("flags", "1 unwritten");
    public static final int SIZE = LAYOUT.size();
    public static final int UNWRITTEN = 1;

    private Extent() {}
  }

  /** Where a range of a file or directory lies. */
  public static final class Continuation {
    public static final RecordLayout LAYOUT =
        new RecordLayout("continuation value", 0, "Value of a CONTINUATION item.");
    public static final Field.U64 INO =
        LAYOUT.u64("ino", "inode number of the part (the head itself where it takes over again)");
    public static final Field.U32 GENERATION = LAYOUT.u32("generation", "its generation");
    public static final int SIZE = LAYOUT.size();

    private Continuation() {}
  }

  /** Why an inode is in the orphan and trim index. */
  public static final class Orphan {
    public static final RecordLayout LAYOUT =
        new RecordLayout("orphan value", 0, "Value of an ORPHAN item.");
    public static final Field.U32 GENERATION = LAYOUT.u32("generation", "generation of the inode");
    public static final Field.U8 REASON = LAYOUT.u8("reason", "1 no names left, 2 to be trimmed");
    public static final Field.U64 FROM = LAYOUT.u64("from", "trim: first block to free");
    public static final Field.U64 TO = LAYOUT.u64("to", "trim: block after the last one to free");
    public static final int SIZE = LAYOUT.size();
    public static final int UNLINKED = 1;
    public static final int TRIM = 2;

    private Orphan() {}
  }

  /** Outbound cross reference. */
  public static final class XrefOut {
    public static final RecordLayout LAYOUT =
        new RecordLayout("outbound cross reference value", 0, "Value of an XREF_OUT item.");
    public static final Field.U32 TARGET_GENERATION =
        LAYOUT.u32("target_generation", "generation of the inode named");
    public static final Field.U64 PARENT =
        LAYOUT.u64("parent", "inode number of the directory (its head)");
    public static final Field.U32 PARENT_GENERATION =
        LAYOUT.u32("parent_generation", "its generation");
    public static final Field.U64 COOKIE = LAYOUT.u64("cookie", "cookie of the entry");
    public static final Field.U64 G = LAYOUT.u64("g", "commit that made the name");
    public static final int SIZE = LAYOUT.size();

    private XrefOut() {}
  }

  /** Inbound cross reference. */
  public static final class XrefIn {
    public static final RecordLayout LAYOUT =
        new RecordLayout("inbound cross reference value", 0, "Value of an XREF_IN item.");
    public static final Field.U64 TARGET =
        LAYOUT.u64("target", "inode number of the inode named, in this chunk");
    public static final Field.U32 TARGET_GENERATION =
        LAYOUT.u32("target_generation", "its generation");
    public static final Field.U32 PARENT_GENERATION =
        LAYOUT.u32("parent_generation", "generation of the directory");
    public static final Field.U64 BACK_KEY =
        LAYOUT.u64("back_key", "key of the target's back pointer");
    public static final Field.U32 CHUNK = LAYOUT.u32("chunk", "chunk that holds the entry");
    public static final Field.U64 G = LAYOUT.u64("g", "commit that made the name");
    public static final int SIZE = LAYOUT.size();

    private XrefIn() {}
  }

  /** Either side of the link between a head and a continuation. */
  public static final class ContinuationRef {
    public static final RecordLayout LAYOUT =
        new RecordLayout("continuation reference value", 0, "Value of a CONT_OUT or CONT_IN item.");
    public static final Field.U32 HEAD_GENERATION =
        LAYOUT.u32("head_generation", "generation of the head");
    public static final Field.U32 GENERATION =
        LAYOUT.u32("generation", "generation of the continuation");
    public static final Field.U64 G = LAYOUT.u64("g", "commit that made it");
    public static final int SIZE = LAYOUT.size();

    private ContinuationRef() {}
  }

  private Items() {}
}
