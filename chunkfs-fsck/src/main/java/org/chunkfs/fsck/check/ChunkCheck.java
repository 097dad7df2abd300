package org.chunkfs.fsck.check;

import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.MetaBlocks;

/** Checks everything about one chunk that it can be asked alone. */
public final class ChunkCheck {
  private ChunkCheck() {}

  /**
   * Runs the passes; findings go where the scan's go.
   *
   * @param data whether file data is compared with its checksums too
   * @return what the passes over all chunks need
   */
  public static ChunkFacts run(ChunkScan scan, boolean data) {
    return run(scan, data, Crossings.all(scan.chunk()));
  }

  /**
   * As {@link #run(ChunkScan, boolean)}.
   *
   * @param crossings takes what crosses the chunk's border; what was in it is forgotten
   */
  public static ChunkFacts run(ChunkScan scan, boolean data, Crossings crossings) {
    return run(scan, data, crossings, !data);
  }

  /** The same for a chunk with which something is wrong: without first trying to prove it sound. */
  public static ChunkFacts closely(ChunkScan scan, boolean data, Crossings crossings) {
    return run(scan, data, crossings, false);
  }

  private static ChunkFacts run(
      ChunkScan scan, boolean data, Crossings crossings, boolean quickly) {
    crossings.clear();
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    if (scan.headers().current() < 0) {
      return ChunkFacts.unknown(scan.chunk());
    }
    if (table == null || blocks == null || table.blank()) {
      long root = scan.reader().layout().root();
      if (Ino.chunk(root) == scan.chunk()) {
        scan.findings().inode(root, Problem.NO_ROOT, "its chunk is not in use");
      }
      return ChunkFacts.of(scan.chunk());
    }
    ChunkFacts proved = quickly ? QuickCheck.run(scan, table, blocks, crossings) : null;
    if (proved != null) {
      return proved;
    }
    crossings.clear();
    ChunkContext context = new ChunkContext(scan, table, blocks, scan.findings(), crossings);
    new TablePass(context).run();
    new InodePass(context).run();
    int free = new SpacePass(context).run(data);
    new NamePass(context).run();
    new HangingPass(context.facts, parents(context)).run();
    new IndexPass(context).run(free);
    return context.facts;
  }

  private static Map<Long, Long> parents(ChunkContext c) {
    Map<Long, Long> parents = new HashMap<>();
    c.inodes.forEach(inode -> {
      Fact.Back name = inode.directory() ? inode.name : null;
      if (name != null) {
        parents.put(inode.ino, name.parent());
        if (!c.local(name.parent())) {
          c.facts.directories.put(inode.ino, ChunkFacts.Parent.of(name));
        }
      }
    });
    return parents;
  }
}
