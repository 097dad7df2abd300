package org.chunkfs.fsck.check;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;

/**
 * Which chunks have to be asked, of one moment, to tell whether a finding across chunks is so: all
 * that anything speaks of that speaks of its inode.
 */
public final class Related {
  private final Map<Integer, ChunkFacts> all;
  private final Set<Integer> chunks = new TreeSet<>();
  private final Set<Long> directories = new TreeSet<>();

  private Related(Map<Integer, ChunkFacts> all) {
    this.all = all;
  }

  /** The chunks of a finding; those that cannot be asked are left out. */
  public static Set<Integer> to(Finding finding, Map<Integer, ChunkFacts> facts) {
    Related related = new Related(facts);
    related.chunks.add(finding.chunk());
    if (finding.inode() >= 0) {
      if (finding.problem() == Problem.CYCLE) {
        related.above(finding.inode());
      } else {
        related.inode(finding.chunk(), finding.inode());
      }
    }
    related.chunks.removeIf(chunk -> !facts.containsKey(chunk));
    return related.chunks;
  }

  private void inode(int chunk, long ino) {
    chunks.add(Ino.chunk(ino));
    directories.add(ino);
    look(chunk, ino);
    look(Ino.chunk(ino), ino);
    for (long directory : directories) {
      chunks.add(Ino.chunk(directory));
      parts(directory);
    }
  }

  private void look(int chunk, long ino) {
    ChunkFacts facts = all.get(chunk);
    if (facts == null) {
      return;
    }
    Crossings crossings = facts.crossings();
    for (Fact.Dirent d : crossings.dirents) {
      if (d.holder() == ino || d.parent() == ino || d.target() == ino) {
        chunks.add(Ino.chunk(d.target()));
        directories.add(d.parent());
      }
    }
    for (Fact.Back b : crossings.backs) {
      if (b.inode() == ino || b.parent() == ino) {
        chunks.add(Ino.chunk(b.inode()));
        directories.add(b.parent());
      }
    }
    for (Fact.Out o : crossings.outs) {
      if (o.target() == ino || o.parent() == ino) {
        chunks.add(Ino.chunk(o.target()));
        directories.add(o.parent());
      }
    }
    for (Fact.In i : crossings.ins) {
      if (i.target() == ino || i.parent() == ino) {
        chunks.add(Ino.chunk(i.target()));
        chunks.add(i.chunk());
        directories.add(i.parent());
      }
    }
    facts.contsOut.forEach(cont -> link(ino, cont.head(), cont.part()));
    facts.contsIn.forEach(cont -> link(ino, cont.head(), cont.part()));
    facts.parts.forEach(part -> link(ino, part.head(), part.inode()));
  }

  private void link(long ino, long head, long part) {
    if (head == ino || part == ino) {
      chunks.add(Ino.chunk(part));
      directories.add(head);
    }
  }

  /** The chunks that the parts of a directory or file lie in. */
  private void parts(long head) {
    ChunkFacts facts = all.get(Ino.chunk(head));
    chunks.addAll(parts(facts == null ? List.of() : List.of(facts), Set.of(head)));
  }

  /**
   * The chunks that parts of some directories or files lie in.
   *
   * @param facts of the chunks that their heads are in, and of others
   */
  public static Set<Integer> parts(Collection<ChunkFacts> facts, Set<Long> heads) {
    Set<Integer> chunks = new TreeSet<>();
    for (ChunkFacts of : facts) {
      for (Fact.Head head : of.heads) {
        if (heads.contains(head.inode())) {
          head.map().forEach(range -> chunks.add(Ino.chunk(range.part())));
        }
      }
    }
    return chunks;
  }

  /** The chunks on the way up from a directory, until it repeats, and those its entry may be in. */
  private void above(long directory) {
    ChunkFacts home = all.get(Ino.chunk(directory));
    ChunkFacts.Parent name = home == null ? null : home.directory(directory);
    if (name != null) {
      chunks.add(Ino.chunk(name.parent()));
      parts(name.parent());
    }
    Set<Long> seen = new TreeSet<>();
    Long at = directory;
    while (at != null && seen.add(at)) {
      chunks.add(Ino.chunk(at));
      ChunkFacts here = all.get(Ino.chunk(at));
      ChunkFacts.Parent parent = here == null ? null : here.directories.get(at);
      ChunkFacts there = parent == null ? null : all.get(Ino.chunk(parent.parent()));
      at = parent == null || there == null ? null : there.tops.get(parent.parent());
    }
  }
}
