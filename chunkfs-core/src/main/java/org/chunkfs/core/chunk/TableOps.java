package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.Arrays;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.TableEntry;

/** Reads and edits of block table entries. */
public final class TableOps {
  private TableOps() {}

  /** Kind code of a block's entry. */
  public static int kind(BlockReader r, int block) throws IOException {
    return TableEntry.KIND.get(r.get(r.geometry().tableBlock(block)), TableEntry.offset(block));
  }

  public static int crc(BlockReader r, int block) throws IOException {
    return TableEntry.CRC.get(r.get(r.geometry().tableBlock(block)), TableEntry.offset(block));
  }

  public static int flags(BlockReader r, int block) throws IOException {
    return TableEntry.FLAGS.get(r.get(r.geometry().tableBlock(block)), TableEntry.offset(block));
  }

  public static long logical(BlockReader r, int block) throws IOException {
    return TableEntry.LOGICAL.get(r.get(r.geometry().tableBlock(block)), TableEntry.offset(block));
  }

  static void set(
      byte[] table,
      int block,
      BlockKind kind,
      int flags,
      int crc,
      long owner,
      int generation,
      long logical) {
    int at = TableEntry.offset(block);
    TableEntry.KIND.set(table, at, kind.code());
    TableEntry.FLAGS.set(table, at, flags);
    TableEntry.CRC.set(table, at, crc);
    TableEntry.OWNER.set(table, at, owner);
    TableEntry.LOGICAL.set(table, at, logical);
    TableEntry.OWNER_GENERATION.set(table, at, generation);
  }

  static void clear(byte[] table, int block) {
    int at = TableEntry.offset(block);
    Arrays.fill(table, at, at + TableEntry.SIZE, (byte) 0);
  }
}
