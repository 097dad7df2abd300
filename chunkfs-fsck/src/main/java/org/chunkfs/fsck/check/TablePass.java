package org.chunkfs.fsck.check;

import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Each entry of the block table by itself.
 *
 * <p>Tests: free entries are zero; static areas have none; kinds, flags, owners and logical numbers
 * are possible; the chunk's counters and index inodes are where they belong. Collects the number of
 * free blocks. Relies on nothing.
 */
final class TablePass {
  private static final long MAX_LOGICAL = 1L << 40;

  private final ChunkContext c;

  TablePass(ChunkContext context) {
    this.c = context;
  }

  void run() {
    ChunkGeometry geometry = c.geometry;
    for (int block = 0; block < geometry.blocks(); block++) {
      if (c.table.free(block)) {
        continue;
      }
      String bad = geometry.inBody(block) ? problem(block) : "an entry outside the body";
      if (bad != null) {
        c.findings.block(block, Problem.TABLE_ENTRY, bad);
      }
    }
    expect(geometry.stateBlock(), BlockKind.CHUNK_STATE);
    expect(geometry.indexBlock(), BlockKind.INODES);
    padding();
  }

  private void expect(int block, BlockKind kind) {
    if (c.table.kind(block) != kind.code()) {
      c.findings.block(
          block, Problem.TABLE_ENTRY, "kind " + c.table.kind(block) + ", expected " + kind);
    }
  }

  private @Nullable String problem(int block) {
    BlockKind kind = BlockKind.of(c.table.kind(block));
    if (kind == BlockKind.FREE) {
      return "it is free, but not all zero";
    }
    if (c.table.flags(block) != 0
        && !(kind == BlockKind.DATA && c.table.flags(block) == TableEntry.UNWRITTEN)) {
      return "flags " + c.table.flags(block);
    }
    if (!reservedZero(block)) {
      return "reserved bytes are not zero";
    }
    long owner = c.table.owner(block);
    long logical = c.table.logical(block);
    int generation = c.table.ownerGeneration(block);
    return switch (kind) {
      case CHUNK_STATE ->
          block != c.geometry.stateBlock()
              ? "CHUNK_STATE belongs at block " + c.geometry.stateBlock()
              : owner != 0 || generation != 0 || logical != 0 ? "an owner" : null;
      case INODES ->
          owner != 0 || generation != 0
              ? "an owner"
              : logical >>> InodeRecord.PER_BLOCK != 0
                  ? "slots 0x" + Long.toHexString(logical)
                  : null;
      case TREE, DATA ->
          !possibleOwner(owner)
              ? "owner " + Long.toHexString(owner)
              : logical < 0 || logical >= (kind == BlockKind.TREE ? 8 : MAX_LOGICAL)
                  ? "logical " + Long.toUnsignedString(logical)
                  : null;
      case null -> "kind " + c.table.kind(block);
      default -> "kind " + kind;
    };
  }

  private boolean reservedZero(int block) {
    byte[] bytes = c.table.block(block / TableEntry.PER_BLOCK);
    int at = TableEntry.offset(block);
    return TableEntry.RESERVED.get(bytes, at) == 0 && TableEntry.RESERVED2.get(bytes, at) == 0;
  }

  private boolean possibleOwner(long owner) {
    return owner >>> 48 == 0
        && Ino.chunk(owner) == c.chunk()
        && c.geometry.inBody(Ino.block(owner))
        && Ino.slot(owner) < InodeRecord.PER_BLOCK
        && c.table.kind(Ino.block(owner)) == BlockKind.INODES.code();
  }

  /** The entries past the chunk's last block. */
  private void padding() {
    int last = c.geometry.tableBlocks() - 1;
    int used = c.geometry.blocks() - last * TableEntry.PER_BLOCK;
    byte[] bytes = c.table.block(last);
    if (!Bytes.zero(bytes, TableEntry.offset(0) + used * TableEntry.SIZE, bytes.length)) {
      c.findings.block(
          c.geometry.tableStart() + last,
          Problem.TABLE_HEADER,
          "entries after the chunk's last block");
    }
  }
}
