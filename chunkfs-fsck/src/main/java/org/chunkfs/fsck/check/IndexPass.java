package org.chunkfs.fsck.check;

import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.Generation;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Bytes;

/**
 * The chunk's own indexes and counters.
 *
 * <p>Tests: each entry of the orphan index is of an inode that is there; an inode without a name is
 * in it; the counters are what was counted; the generation counter is not below any inode's. Relies
 * on the inode, space and name passes.
 */
final class IndexPass {
  private final ChunkContext c;

  IndexPass(ChunkContext context) {
    this.c = context;
  }

  void run(int free) {
    orphans();
    state(free);
  }

  private void orphans() {
    for (Fact.Orphan orphan : c.orphans) {
      InodeFact inode = c.inodes.get(orphan.inode());
      String bad =
          inode == null
              ? "the inode is not there"
              : inode.generation != orphan.generation()
                  ? "generation %d, expected %d".formatted(orphan.generation(), inode.generation)
                  : orphan.reason() == Items.Orphan.UNLINKED && inode.backs > 0
                      ? "the inode has names"
                      : null;
      if (bad != null) {
        c.findings.inode(orphan.inode(), Problem.ORPHAN_ENTRY, bad);
      } else if (inode != null && orphan.reason() == Items.Orphan.UNLINKED) {
        inode.orphan = true;
      }
    }
    c.inodes.forEach(inode -> {
      boolean needsName = !inode.index() && !inode.continuation() && inode.ino != c.root;
      if (needsName && inode.backs == 0 && !inode.orphan && !inode.named) {
        Problem problem = inode.nlink == 0 ? Problem.ORPHAN_MISSING : Problem.UNREACHABLE;
        c.findings.inode(inode.ino, problem);
      }
    });
  }

  private void state(int free) {
    int block = c.geometry.stateBlock();
    if (c.table.kind(block) != BlockKind.CHUNK_STATE.code()) {
      return;
    }
    byte[] state = c.blocks.get(block);
    if (state == null) {
      c.findings.add(Problem.STATE_BLOCK, "it cannot be read");
      return;
    }
    if (!Bytes.zero(state, ChunkStateBlock.LAYOUT.size(), state.length)) {
      c.findings.block(block, Problem.METADATA_HEADER, "bytes after the counters are not zero");
    }
    counter(state, ChunkStateBlock.FREE_BLOCKS, free);
    counter(state, ChunkStateBlock.INODES, c.facts.inodeCount);
    counter(state, ChunkStateBlock.ORPHANS, c.orphans.size());
    counter(state, ChunkStateBlock.XREFS_OUT, c.facts.kept().outCount() + c.facts.contsOut.size());
    counter(state, ChunkStateBlock.XREFS_IN, c.facts.kept().inCount() + c.facts.contsIn.size());
    int generation = ChunkStateBlock.GENERATION.get(state, 0);
    int laps = ChunkStateBlock.GENERATION_LAPS.get(state, 0);
    if (Generation.behind(generation, laps, c.maxGeneration)) {
      c.findings.add(
          Problem.COUNTER,
          "generation",
          Integer.toUnsignedString(generation),
          "at least " + Integer.toUnsignedString(c.maxGeneration));
    }
  }

  private void counter(byte[] state, Field.U32 counter, int expected) {
    if (counter.get(state, 0) != expected) {
      c.findings.add(Problem.COUNTER, counter.name(), counter.show(state, 0), expected);
    }
  }
}
