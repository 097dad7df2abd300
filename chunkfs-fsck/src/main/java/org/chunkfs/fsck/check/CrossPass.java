package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Names whose entry and inode are in different chunks.
 *
 * <p>Tests: entry, back pointer, outbound and inbound cross reference of each such name are all
 * there and agree. What an unreadable chunk would have to say is unknown, never wrong. Costs the
 * number of cross references. Relies on the facts of all chunks. If there are more than memory has
 * room for, sums over them show which chunks' inodes have a name that is not so; only names of such
 * inodes are then compared, a few chunks' at a time.
 */
public final class CrossPass {
  /** Facts that are compared at once when there are too many for memory. */
  private static final int TOGETHER = 100_000;

  private final Map<Integer, ChunkFacts> chunks;
  private final Findings findings;
  private Map<Integer, Side> sides = new HashMap<>();

  /** One chunk's references by their keys; what an entry was found for is taken out. */
  private static final class Side {
    final Findings findings;
    final Map<Long, List<Fact.Back>> backs = new HashMap<>();
    final Map<Key, Fact.Out> outs = new HashMap<>();
    final Map<Key, Fact.In> ins = new HashMap<>();
    final Map<Key, Fact.In> insByBack = new HashMap<>();
    final Set<Integer> unknown = new HashSet<>();

    Side(ChunkFacts facts) {
      findings = new Findings(facts.chunk());
      Crossings crossings = facts.crossings();
      crossings.backs.forEach(
          back -> backs.computeIfAbsent(back.inode(), _ -> new ArrayList<>(1)).add(back));
      crossings.outs.forEach(
          out -> outs.put(new Key(out.target(), out.parent(), out.cookie()), out));
      for (Fact.In in : crossings.ins) {
        ins.put(new Key(in.target(), in.parent(), in.cookie()), in);
        insByBack.put(new Key(in.target(), in.parent(), in.backKey()), in);
      }
    }

    void unknown(int chunk, String what) {
      if (unknown.add(chunk)) {
        findings.add(Problem.REMOTE_UNKNOWN, what, chunk);
      }
    }
  }

  private record Key(long target, long parent, long cookie) {}

  private CrossPass(Map<Integer, ChunkFacts> chunks, Findings findings) {
    this.chunks = chunks;
    this.findings = findings;
  }

  /**
   * Runs the pass.
   *
   * @param chunks the facts of every chunk, by number
   */
  public static void run(Map<Integer, ChunkFacts> chunks, Findings findings) {
    if (chunks.values().stream().noneMatch(facts -> facts.kept().outlined())) {
      new CrossPass(chunks, findings).all();
      return;
    }
    for (BitSet targets : doubtful(chunks)) {
      Map<Integer, ChunkFacts> about = new TreeMap<>();
      chunks.forEach((chunk, facts) -> about.put(chunk, facts.about(targets::get)));
      new CrossPass(about, findings).all();
    }
  }

  /** Chunks with inodes whose names are not what everybody says; those to be looked at together. */
  private static List<BitSet> doubtful(Map<Integer, ChunkFacts> chunks) {
    Map<Integer, CrossSum> sums = new TreeMap<>();
    for (ChunkFacts facts : chunks.values()) {
      facts
          .kept()
          .sums()
          .forEach((target, sum) -> sums.computeIfAbsent(target, _ -> new CrossSum()).addAll(sum));
    }
    List<BitSet> groups = new ArrayList<>();
    int facts = TOGETHER;
    for (Map.Entry<Integer, CrossSum> of : sums.entrySet()) {
      if (of.getValue().balanced()) {
        continue;
      }
      facts += of.getValue().facts();
      if (facts > TOGETHER) {
        groups.add(new BitSet());
        facts = of.getValue().facts();
      }
      groups.getLast().set(of.getKey());
    }
    return groups;
  }

  private void all() {
    chunks.values().forEach(facts -> sides.put(facts.chunk(), new Side(facts)));
    for (ChunkFacts facts : chunks.values()) {
      Side here = side(facts.chunk());
      facts.dirents().forEach(entry -> entry(here, facts.chunk(), entry));
    }
    for (ChunkFacts facts : chunks.values()) {
      Side here = side(facts.chunk());
      here.backs.values().forEach(list -> list.forEach(back -> unmatched(here, facts, back)));
      here.outs
          .values()
          .forEach(out ->
              here.findings.inode(out.parent(), Problem.XREF_OUT_DANGLING, Ino.show(out.target())));
      here.ins
          .values()
          .forEach(in ->
              here.findings.inode(in.target(), Problem.XREF_IN_DANGLING, Ino.show(in.parent())));
    }
    sides.values().forEach(side -> findings.addAll(side.findings));
    sides = Map.of();
  }

  private Side side(int chunk) {
    Side side = sides.get(chunk);
    if (side == null) {
      throw new IllegalStateException("no facts of chunk " + chunk);
    }
    return side;
  }

  private boolean known(int chunk) {
    ChunkFacts facts = chunks.get(chunk);
    return facts != null && facts.known();
  }

  private void entry(Side here, int chunk, Fact.Dirent entry) {
    Key key = new Key(entry.target(), entry.parent(), entry.cookie());
    Fact.Out out = here.outs.remove(key);
    if (out == null) {
      here.findings.inode(
          entry.holder(), Problem.XREF_OUT_MISSING, name(entry), Ino.show(entry.target()));
    } else if (out.targetGeneration() != entry.generation()) {
      xref(here, "outbound", key, "generation " + out.targetGeneration());
    } else if (out.parentGeneration() != entry.parentGeneration()) {
      xref(here, "outbound", key, "directory of generation " + out.parentGeneration());
    } else if (out.g() != entry.g()) {
      here.findings.inode(entry.holder(), Problem.XREF_G, "outbound", hex(out.g()), hex(entry.g()));
    }
    int home = Ino.chunk(entry.target());
    ChunkFacts there = chunks.get(home);
    if (there == null || !there.known()) {
      here.unknown(home, "where the entry '" + name(entry) + "' leads");
      return;
    }
    ChunkFacts.Ident target = there.inode(entry.target());
    if (target == null || target.generation() != entry.generation()) {
      here.findings.inode(
          entry.holder(),
          Problem.REMOTE_DANGLING,
          name(entry),
          Ino.show(entry.target()),
          target == null ? "not there" : "of generation " + target.generation());
      return;
    }
    if (target.type() != entry.type()) {
      here.findings.inode(
          entry.holder(), Problem.REMOTE_TYPE, name(entry), entry.type(), target.type());
    }
    Side far = side(home);
    Fact.Back back = take(far, entry);
    Fact.In in = far.ins.remove(key);
    if (back == null) {
      here.findings.inode(
          entry.holder(), Problem.REMOTE_NO_BACK, name(entry), Ino.show(entry.target()));
      if (in != null) {
        far.findings.inode(entry.target(), Problem.XREF_IN_DANGLING, Ino.show(entry.parent()));
      }
      return;
    }
    if (back.g() != entry.g()) {
      here.findings.inode(
          entry.holder(), Problem.REMOTE_G, name(entry), hex(entry.g()), hex(back.g()));
    }
    if (back.parentGeneration() != entry.parentGeneration()) {
      here.findings.inode(
          entry.holder(),
          Problem.REMOTE_PARENT,
          name(entry),
          back.parentGeneration(),
          entry.parentGeneration());
    }
    if (out != null && out.backKey() != back.key()) {
      xref(here, "outbound", key, "it is not of the name's back pointer");
    }
    if (in == null) {
      far.findings.inode(
          entry.target(), Problem.XREF_IN_MISSING, name(entry), Ino.show(entry.parent()));
    } else if (in.targetGeneration() != entry.generation()
        || in.parentGeneration() != entry.parentGeneration()
        || in.backKey() != back.key()
        || in.chunk() != chunk) {
      xref(far, "inbound", key, "it does not agree with the name's entry and back pointer");
    } else if (in.g() != back.g()) {
      far.findings.inode(entry.target(), Problem.XREF_G, "inbound", hex(in.g()), hex(back.g()));
    }
  }

  private static String name(Fact.Dirent entry) {
    return ItemPass.show(entry.name());
  }

  private static void xref(Side side, String which, Key key, String bad) {
    side.findings.inode(
        key.parent, Problem.XREF_VALUE, which, "for inode " + Ino.show(key.target), bad);
  }

  private static String hex(long g) {
    return Long.toHexString(g);
  }

  private static Fact.@Nullable Back take(Side far, Fact.Dirent entry) {
    List<Fact.Back> of = far.backs.getOrDefault(entry.target(), List.of());
    for (int i = 0; i < of.size(); i++) {
      Fact.Back back = of.get(i);
      if (back.parent() == entry.parent() && Arrays.equals(back.name(), entry.name())) {
        of.remove(i);
        return back;
      }
    }
    return null;
  }

  /** A back pointer that no entry anywhere belongs to. */
  private void unmatched(Side here, ChunkFacts facts, Fact.Back back) {
    String name = ItemPass.show(back.name());
    int away = unknownPart(facts.chunk(), back.parent());
    if (away < 0) {
      here.findings.inode(back.inode(), Problem.REMOTE_NO_DIRENT, name, Ino.show(back.parent()));
      return;
    }
    here.unknown(away, "the name '" + name + "' of an inode");
    Fact.In in = here.insByBack.get(new Key(back.inode(), back.parent(), back.key()));
    if (in == null || here.ins.remove(new Key(in.target(), in.parent(), in.cookie())) == null) {
      here.findings.inode(back.inode(), Problem.XREF_IN_MISSING, name, Ino.show(back.parent()));
    }
  }

  /** An unreadable chunk that a directory's entry may be in; -1: none. */
  private int unknownPart(int chunk, long parent) {
    int home = Ino.chunk(parent);
    if (!known(home)) {
      return home;
    }
    ChunkFacts facts = chunks.get(home);
    for (Fact.Head head : facts == null ? List.<Fact.Head>of() : facts.heads) {
      for (Fact.Range range : head.inode() == parent ? head.map() : List.<Fact.Range>of()) {
        if (!known(Ino.chunk(range.part()))) {
          return Ino.chunk(range.part());
        }
      }
    }
    return -1;
  }
}
