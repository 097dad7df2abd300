package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;

/**
 * Directories hang together.
 *
 * <p>Tests: from every directory the back pointers lead to the root, or to something that is
 * reported already (a directory without a name, or with a parent that is gone) or unknown; so what
 * is left to find here are circles. Inside a chunk the {@link HangingPass} has found them; here the
 * ways go from one directory that hangs in another chunk to the next. Costs the number of such
 * directories. Relies on the name passes.
 */
public final class ConnectivityPass {
  private ConnectivityPass() {}

  /** Runs the pass over the facts of every chunk. */
  public static void run(Map<Integer, ChunkFacts> chunks, Findings findings) {
    Map<Long, Long> parents = new HashMap<>();
    for (ChunkFacts facts : chunks.values()) {
      facts.cycles.forEach(lowest -> cycle(lowest, findings));
      facts.directories.forEach((dir, parent) -> {
        ChunkFacts there = chunks.get(Ino.chunk(parent.parent()));
        Long top = there == null ? null : there.tops.get(parent.parent());
        if (top != null) {
          parents.put(dir, top);
        }
      });
    }
    Map<Long, Integer> seenIn = new HashMap<>();
    int walk = 0;
    for (long start : parents.keySet()) {
      walk++;
      List<Long> path = new ArrayList<>();
      Long at = start;
      while (at != null && !seenIn.containsKey(at)) {
        seenIn.put(at, walk);
        path.add(at);
        at = parents.get(at);
      }
      if (at != null && seenIn.getOrDefault(at, 0) == walk) {
        long lowest = at;
        for (long dir : path.subList(path.indexOf(at), path.size())) {
          lowest = Math.min(lowest, dir);
        }
        cycle(lowest, findings);
      }
    }
  }

  private static void cycle(long lowest, Findings findings) {
    Findings of = new Findings(Ino.chunk(lowest));
    of.inode(lowest, Problem.CYCLE);
    findings.addAll(of);
  }
}
