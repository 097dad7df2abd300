package org.chunkfs.fsck.check;

import java.io.IOException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Crc;

/**
 * The table against what inodes use, and data against its checksums.
 *
 * <p>Tests: each block that the table calls data or a tree page is used by an inode (the other
 * direction is {@link Claims}); where asked, each data block's checksum. Collects free blocks and
 * lost data. Relies on the inode pass.
 */
final class SpacePass {
  private static final int GATHER = 64;

  private final ChunkContext c;
  private int free;

  SpacePass(ChunkContext context) {
    this.c = context;
  }

  /** Runs; returns the number of free blocks. */
  int run(boolean data) {
    int block = c.geometry.bodyStart();
    while (block < c.geometry.bodyEnd()) {
      int kind = c.table.kind(block);
      if (kind == BlockKind.FREE.code()) {
        free++;
      } else if ((kind == BlockKind.TREE.code() || kind == BlockKind.DATA.code())
          && !c.claims.used(block)) {
        c.findings.block(
            block,
            Problem.UNREFERENCED,
            kind == BlockKind.DATA.code() ? "data" : "a tree page",
            Ino.show(c.table.owner(block)));
      }
      block++;
    }
    if (data) {
      data();
    }
    c.facts.blocks = c.geometry.bodyBlocks();
    c.facts.blocksUsed = c.geometry.bodyBlocks() - free;
    return free;
  }

  private void data() {
    int block = c.geometry.bodyStart();
    while (block < c.geometry.bodyEnd()) {
      int n = 0;
      while (n < GATHER && block + n < c.geometry.bodyEnd() && checked(block + n)) {
        n++;
      }
      if (n > 0) {
        check(block, n);
      }
      block += Math.max(1, n);
    }
  }

  private boolean checked(int block) {
    return c.table.kind(block) == BlockKind.DATA.code()
        && (c.table.flags(block) & TableEntry.UNWRITTEN) == 0;
  }

  private void check(int block, int count) {
    byte[] bytes;
    try {
      bytes = c.scan.reader().read(block, count);
    } catch (IOException e) {
      if (count == 1) {
        c.findings.block(block, Problem.UNREADABLE, e.getMessage());
        lost(block);
        return;
      }
      for (int i = 0; i < count; i++) {
        check(block + i, 1);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int crc = Crc.of(bytes, i * BlockHeader.BLOCK, BlockHeader.BLOCK);
      if (crc != c.table.crc(block + i)) {
        c.findings.block(
            block + i,
            Problem.DATA_CRC,
            Crc.show(crc),
            Crc.show(c.table.crc(block + i)),
            Long.toUnsignedString(c.table.logical(block + i)),
            Ino.show(c.table.owner(block + i)));
        lost(block + i);
      }
    }
  }

  private void lost(int block) {
    c.facts.losses.add(new ChunkFacts.Loss(c.table.owner(block), c.table.logical(block), 1, block));
  }
}
