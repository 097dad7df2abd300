package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that lie in several chunks.
 *
 * <p>Tests: each range of a head's map leads to a part that is there and knows its head; at most
 * one part a chunk; each part has a range and holds nothing outside its ranges; both sides have the
 * reference to the other; the head's count of remote blocks. Relies on the facts of all chunks.
 */
public final class ContinuationPass {
  private final Map<Integer, ChunkFacts> chunks;
  private final Map<Integer, Findings> of = new HashMap<>();
  private final Map<Long, Fact.Part> parts = new HashMap<>();
  private final Set<Long> mapped = new HashSet<>();
  private final Set<Fact.Link> expected = new HashSet<>();

  private ContinuationPass(Map<Integer, ChunkFacts> chunks) {
    this.chunks = chunks;
  }

  /** Runs the pass over the facts of every chunk. */
  public static void run(Map<Integer, ChunkFacts> chunks, Findings findings) {
    ContinuationPass pass = new ContinuationPass(chunks);
    pass.all();
    pass.of.values().forEach(findings::addAll);
  }

  private Findings findings(int chunk) {
    return of.computeIfAbsent(chunk, Findings::new);
  }

  private boolean known(int chunk) {
    ChunkFacts facts = chunks.get(chunk);
    return facts != null && facts.known();
  }

  private void all() {
    for (ChunkFacts facts : chunks.values()) {
      facts.parts.forEach(part -> parts.put(part.inode(), part));
    }
    for (ChunkFacts facts : chunks.values()) {
      facts.heads.forEach(this::head);
    }
    for (Fact.Part part : parts.values()) {
      int home = Ino.chunk(part.head());
      if (!mapped.contains(part.inode()) && known(home)) {
        part(part, "its head " + Ino.show(part.head()) + " does not know of it");
      } else if (!known(home)) {
        expected.add(
            new Fact.Link(part.inode(), part.head(), part.headGeneration(), part.generation()));
      }
    }
    for (ChunkFacts facts : chunks.values()) {
      references(facts, facts.contsOut, true);
      references(facts, facts.contsIn, false);
    }
    commits();
  }

  private void part(Fact.Part part, String bad) {
    findings(Ino.chunk(part.inode())).inode(part.inode(), Problem.CONT_PART, bad);
  }

  private void map(Fact.Head head, String bad) {
    findings(Ino.chunk(head.inode())).inode(head.inode(), Problem.CONT_MAP, bad);
  }

  private void head(Fact.Head head) {
    long before = head.inode();
    long blocks = 0;
    boolean all = true;
    Map<Integer, Long> byChunk = new HashMap<>();
    for (Fact.Range range : head.map()) {
      if (range.part() == before) {
        map(head, "two ranges after one another lead to " + Ino.show(before));
      }
      before = range.part();
      if (range.part() == head.inode()) {
        continue;
      }
      int there = Ino.chunk(range.part());
      Long other = byChunk.put(there, range.part());
      if (other != null && other != range.part() || there == Ino.chunk(head.inode())) {
        map(head, "chunk " + there + " has more than one part");
      }
      if (!known(there)) {
        all = false;
        expected.add(
            new Fact.Link(range.part(), head.inode(), head.generation(), range.generation()));
        continue;
      }
      Fact.Part part = parts.get(range.part());
      String bad = problem(head, range, part);
      if (bad != null || part == null) {
        map(head, "it leads to %s, which is %s".formatted(Ino.show(range.part()), bad));
        all = false;
      } else if (mapped.add(range.part())) {
        blocks += counts(head) ? part.blocks() : 0;
        expected.add(
            new Fact.Link(part.inode(), head.inode(), head.generation(), part.generation()));
        keys(head, part.inode(), part.keys());
      }
    }
    if (byChunk.isEmpty()) {
      map(head, "it has no part at all");
    }
    keys(head, head.inode(), head.keys());
    if (all && blocks != head.remoteBlocks()) {
      findings(Ino.chunk(head.inode()))
          .inode(head.inode(), Problem.REMOTE_BLOCKS, head.remoteBlocks(), blocks);
    }
  }

  /** Of directories the blocks of the parts are not counted. */
  private static boolean counts(Fact.Head head) {
    return head.mode() >> 12 == Vfs.S_IFREG >> 12;
  }

  private static @Nullable String problem(
      Fact.Head head, Fact.Range range, Fact.@Nullable Part part) {
    if (part == null) {
      return "no continuation";
    }
    if (part.generation() != range.generation()) {
      return "of generation " + part.generation();
    }
    if (part.head() != head.inode() || part.headGeneration() != head.generation()) {
      return "a continuation of " + Ino.show(part.head());
    }
    return part.mode() == (head.mode() & Vfs.S_IFMT)
        ? null
        : "of mode 0" + Integer.toOctalString(part.mode());
  }

  /** Everything in a part must be in ranges that are mapped to it. */
  private void keys(Fact.Head head, long part, long[] keys) {
    List<Fact.Range> map = head.map();
    int at = -1;
    for (int i = 0; i < keys.length; i += 2) {
      while (at + 1 < map.size() && Long.compareUnsigned(map.get(at + 1).from(), keys[i]) <= 0) {
        at++;
      }
      long owner = at < 0 ? head.inode() : map.get(at).part();
      boolean over =
          at + 1 < map.size() && Long.compareUnsigned(map.get(at + 1).from(), keys[i + 1]) <= 0;
      if (owner != part || over) {
        findings(Ino.chunk(part))
            .inode(
                part,
                Problem.CONT_PART,
                "it holds key %x, which belongs to %s".formatted(keys[i], Ino.show(owner)));
        return;
      }
    }
  }

  private void references(ChunkFacts facts, List<Fact.Cont> found, boolean out) {
    if (!facts.known()) {
      return;
    }
    Set<Fact.Link> missing = new HashSet<>();
    for (Fact.Link cont : expected) {
      if (Ino.chunk(out ? cont.head() : cont.part()) == facts.chunk()) {
        missing.add(cont);
      }
    }
    Problem problem = out ? Problem.CONT_OUT : Problem.CONT_IN;
    for (Fact.Cont cont : new ArrayList<>(found)) {
      if (!missing.remove(cont.link())) {
        findings(facts.chunk())
            .inode(
                out ? cont.head() : cont.part(),
                problem,
                Ino.show(out ? cont.part() : cont.head()),
                "of nothing that is there");
      }
    }
    for (Fact.Link cont : missing) {
      findings(facts.chunk())
          .inode(
              out ? cont.head() : cont.part(),
              problem,
              Ino.show(out ? cont.part() : cont.head()),
              "missing");
    }
  }

  /** Both sides of a link were made by one commit; a chunk that went back in time has another. */
  private void commits() {
    Map<Fact.Link, Long> outs = new HashMap<>();
    for (ChunkFacts facts : chunks.values()) {
      facts.contsOut.forEach(out -> outs.put(out.link(), out.g()));
    }
    for (ChunkFacts facts : chunks.values()) {
      for (Fact.Cont in : facts.contsIn) {
        Long g = outs.get(in.link());
        if (g != null && g != in.g()) {
          findings(facts.chunk())
              .inode(
                  in.part(),
                  Problem.CONT_IN,
                  Ino.show(in.head()),
                  "of commit %x, the head's is of %x".formatted(in.g(), g));
        }
      }
    }
  }
}
