package org.chunkfs.core.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** An inode: 504 bytes, eight to a block after the block header. A free slot is all zero. */
public final class InodeRecord {
  public static final int SIZE = 504;
  public static final int PER_BLOCK = 8;

  /** {@link #FLAGS}: one of the chunk's own index inodes (orphans, cross references). */
  public static final int FLAG_INDEX = 1;

  /** {@link #FLAGS}: the part in this chunk of a file or directory whose head is elsewhere. */
  public static final int FLAG_CONTINUATION = 2;

  /** {@link #FLAGS}: the head of a file or directory that has continuations. */
  public static final int FLAG_SPREAD = 4;

  public static final RecordLayout LAYOUT =
      new RecordLayout("inode", 0, "One of the eight slots of an inode block.");
  public static final Field.U32 CRC =
      LAYOUT.u32(
          "crc", "CRC32C of the 504 bytes with this field zero, seeded with the inode number");
  public static final Field.U16 MODE =
      LAYOUT.u16("mode", "file type and permissions as in stat(2); 0 in an index inode");
  public static final Field.U16 FLAGS =
      LAYOUT.u16("flags", "1 index, 2 continuation, 4 has continuations");
  public static final Field.U32 NLINK =
      LAYOUT.u32("nlink", "names that lead here: the number of back pointers");
  public static final Field.U32 UID = LAYOUT.u32("uid", "owner");
  public static final Field.U32 GID = LAYOUT.u32("gid", "group");
  public static final Field.U32 GENERATION =
      LAYOUT.u32("generation", "from the chunk's counter, never 0 in use");
  public static final Field.U32 RDEV = LAYOUT.u32("rdev", "device number");
  public static final Field.U32 PROJECT = LAYOUT.u32("project", "project id (reserved)");
  public static final Field.U64 SIZE_BYTES = LAYOUT.u64("size", "length in bytes (directory: 0)");
  public static final Field.U64 BLOCKS =
      LAYOUT.u64("blocks", "blocks of data and tree this inode holds in its own chunk");
  public static final Field.U64 ATIME =
      LAYOUT.u64("atime", "last access, nanoseconds since 1970, signed");
  public static final Field.U64 MTIME = LAYOUT.u64("mtime", "last change of content");
  public static final Field.U64 CTIME = LAYOUT.u64("ctime", "last change of the inode");
  public static final Field.U64 BTIME = LAYOUT.u64("btime", "birth");
  public static final Field.U32 TREE_ROOT =
      LAYOUT.u32("tree_root", "block of the item tree's root, 0 while items are inline");
  public static final Field.U8 TREE_LEVELS =
      LAYOUT.u8("tree_levels", "levels of the item tree, 0 while items are inline");
  public static final Field.U8 RESERVED = LAYOUT.u8("reserved", "zero");
  public static final Field.U16 INLINE_BYTES = LAYOUT.u16("inline_bytes", "bytes of inline items");
  public static final Field.U64 ENTRIES =
      LAYOUT.u64("entries", "directory entries held by this inode itself");
  public static final Field.U64 HEAD = LAYOUT.u64("head", "continuation: inode number of the head");
  public static final Field.U32 HEAD_GENERATION =
      LAYOUT.u32("head_generation", "continuation: generation of the head");
  public static final Field.U32 RESERVED2 = LAYOUT.u32("reserved2", "zero");
  public static final Field.U64 REMOTE_BLOCKS =
      LAYOUT.u64(
          "remote_blocks", "head of a file: blocks held by its continuations; directories: 0");
  public static final int INLINE = LAYOUT.size();
  public static final int INLINE_MAX = SIZE - INLINE;
  public static final Field.Bytes ITEMS =
      LAYOUT.bytes("items", INLINE_MAX, "inline items, sorted, packed");

  private static final VarHandle SEED =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private InodeRecord() {}

  /** Offset of a slot in its block. */
  public static int offset(int slot) {
    return BlockHeader.SIZE + slot * SIZE;
  }

  /** True for a slot that holds an inode. */
  public static boolean inUse(byte[] block, int at) {
    return GENERATION.get(block, at) != 0;
  }

  /** The checksum that the inode at {@code at}, with number {@code ino}, must carry. */
  public static int crc(byte[] block, int at, long ino) {
    CRC32C crc = new CRC32C();
    byte[] seed = new byte[Long.BYTES];
    SEED.set(seed, 0, ino);
    crc.update(seed);
    crc.update(block, at + 4, SIZE - 4);
    return (int) crc.getValue();
  }
}
