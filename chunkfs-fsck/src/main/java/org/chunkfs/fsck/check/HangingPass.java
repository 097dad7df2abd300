package org.chunkfs.fsck.check;

import java.util.HashMap;
import java.util.Map;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/**
 * How the chunk's directories hang together, by their back pointers.
 *
 * <p>Tests: no directory is its own ancestor, as far as the way up stays in the chunk. Collects for
 * {@link ConnectivityPass} where the way goes on in another chunk. Relies on the name pass.
 */
final class HangingPass {
  private final ChunkFacts facts;
  private final Map<Long, Long> parents;

  /**
   * @param parents of each directory of the chunk the one it hangs in, wherever that is
   */
  HangingPass(ChunkFacts facts, Map<Long, Long> parents) {
    this.facts = facts;
    this.parents = parents;
  }

  void run() {
    Map<Long, Integer> seenIn = new HashMap<>();
    int walk = 0;
    for (long start : parents.keySet()) {
      walk++;
      Long at = start;
      while (at != null && !seenIn.containsKey(at)) {
        seenIn.put(at, walk);
        at = parents.get(at);
      }
      if (at != null && seenIn.getOrDefault(at, 0) == walk) {
        facts.cycles.add(lowest(at));
      }
    }
    facts.kept().parentsElsewhere.forEach(this::top);
    for (Fact.Head head : facts.heads) {
      top(head.inode());
    }
  }

  private long lowest(long inCircle) {
    long lowest = inCircle;
    Long at = parents.get(inCircle);
    while (at != null && at != inCircle) {
      lowest = Math.min(lowest, at);
      at = parents.get(at);
    }
    return lowest;
  }

  /** Notes where the way up from a directory leaves the chunk. */
  private void top(long directory) {
    @Nullable Long at = directory;
    for (int steps = parents.size(); at != null && steps >= 0; steps--) {
      Long parent = parents.get(at);
      if (parent != null && Ino.chunk(parent) != facts.chunk) {
        facts.tops.put(directory, at);
        return;
      }
      at = parent;
    }
  }
}
