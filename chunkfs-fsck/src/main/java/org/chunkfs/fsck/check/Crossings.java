package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/**
 * What a chunk says of names that have one end in it and the other elsewhere. One by one as long as
 * there are few; if there are more than may be kept, what remains is an outline: how many, with
 * which chunks, and sums that show whether all chunks agree ({@link CrossSum}). Who needs more than
 * that of an outline has the chunk read again.
 */
public final class Crossings {
  private static final int DIRECTORY = 4;

  /** How many facts of all chunks together may be kept one by one. */
  public static final class Budget {
    /** A fact, and what comparing it takes, in bytes of heap, is well below this. */
    private static final long BYTES = 256;

    private static final int SHARE = 6;

    /** With more, sums are faster than facts. */
    private static final long MOST = 200_000;

    private final AtomicLong left;

    public Budget(long facts) {
      left = new AtomicLong(facts);
    }

    /** So many as a sixth of the memory that Java may use has room for, within reason. */
    public static long ofHeap() {
      return Math.min(MOST, Runtime.getRuntime().maxMemory() / SHARE / BYTES);
    }

    private boolean take() {
      if (left.decrementAndGet() >= 0) {
        return true;
      }
      left.incrementAndGet();
      return false;
    }

    private void giveBack(int facts) {
      left.addAndGet(facts);
    }
  }

  /** Which names are of interest, by the chunks of their inode and of their entry or directory. */
  private interface Wanted {
    boolean test(int inode, int entry);
  }

  private final int chunk;
  private final Wanted wanted;
  private final @Nullable Budget budget;

  final List<Fact.Dirent> dirents = new ArrayList<>();
  final List<Fact.Back> backs = new ArrayList<>();
  final List<Fact.Out> outs = new ArrayList<>();
  final List<Fact.In> ins = new ArrayList<>();

  /** Inodes that others refer to. */
  final Map<Long, ChunkFacts.Ident> inodes = new HashMap<>();

  /** Directories here with a directory elsewhere in them. */
  final Set<Long> parentsElsewhere = new HashSet<>();

  private final Map<Integer, CrossSum> sums = new TreeMap<>();
  private final Set<Integer> neighbours = new TreeSet<>();
  private int outCount;
  private int inCount;
  private int kept;
  private boolean outlined;

  private Crossings(int chunk, Wanted wanted, @Nullable Budget budget) {
    this.chunk = chunk;
    this.wanted = wanted;
    this.budget = budget;
  }

  /** Keeps all. */
  public static Crossings all(int chunk) {
    return new Crossings(chunk, (_, _) -> true, null);
  }

  /** Keeps all or, if that would be more than the budget has left, an outline. */
  public static Crossings within(int chunk, Budget budget) {
    return new Crossings(chunk, (_, _) -> true, budget);
  }

  /** Keeps an outline. */
  public static Crossings outline(int chunk) {
    return within(chunk, new Budget(0));
  }

  /**
   * Keeps those whose inode is, or should be, in some chunks.
   *
   * @param targets which
   */
  public static Crossings to(int chunk, IntPredicate targets) {
    return new Crossings(chunk, (inode, _) -> targets.test(inode), null);
  }

  /** Keeps those that have an end in another chunk. */
  public static Crossings with(int chunk, int other) {
    return new Crossings(chunk, (inode, entry) -> inode == other || entry == other, null);
  }

  public int chunk() {
    return chunk;
  }

  /** Forgets everything, and gives the budget back what it took. */
  public void clear() {
    forget();
    outlined = false;
    parentsElsewhere.clear();
    sums.clear();
    neighbours.clear();
    outCount = 0;
    inCount = 0;
  }

  private void forget() {
    dirents.clear();
    backs.clear();
    outs.clear();
    ins.clear();
    inodes.clear();
    if (budget != null) {
      budget.giveBack(kept);
    }
    kept = 0;
  }

  private boolean keeps() {
    if (budget == null) {
      return true;
    }
    if (!outlined && !budget.take()) {
      forget();
      outlined = true;
    }
    kept += outlined ? 0 : 1;
    return !outlined;
  }

  private CrossSum sum(int target) {
    return sums.computeIfAbsent(target, _ -> new CrossSum());
  }

  void add(Fact.Dirent entry) {
    int target = Ino.chunk(entry.target());
    if (entry.type() == DIRECTORY) {
      parentsElsewhere.add(entry.parent());
    }
    if (wanted.test(target, chunk)) {
      neighbours.add(target);
      sum(target).add(chunk, entry);
      if (keeps()) {
        dirents.add(entry);
      }
    }
  }

  /**
   * @param type of the inode
   */
  void add(Fact.Back back, int type) {
    if (wanted.test(Ino.chunk(back.inode()), Ino.chunk(back.parent()))) {
      neighbours.add(Ino.chunk(back.parent()));
      sum(Ino.chunk(back.inode())).add(back, type);
      if (keeps()) {
        backs.add(back);
        inodes.put(back.inode(), new ChunkFacts.Ident(back.generation(), type));
      }
    }
  }

  void add(Fact.Out out) {
    outCount++;
    int target = Ino.chunk(out.target());
    if (wanted.test(target, chunk)) {
      neighbours.add(target);
      sum(target).add(chunk, out);
      if (keeps()) {
        outs.add(out);
      }
    }
  }

  void add(Fact.In in) {
    inCount++;
    if (wanted.test(Ino.chunk(in.target()), in.chunk())) {
      neighbours.add(in.chunk());
      sum(Ino.chunk(in.target())).add(chunk, in);
      if (keeps()) {
        ins.add(in);
      }
    }
  }

  /** Keeps an inode at hand that something elsewhere may refer to. */
  void remember(@Nullable InodeFact inode) {
    if (inode != null && !inode.index() && !outlined) {
      inodes.put(inode.ino, new ChunkFacts.Ident(inode.generation, inode.type()));
    }
  }

  /** Whether there were too many to keep. */
  boolean outlined() {
    return outlined;
  }

  /** Outbound references, kept or not. */
  int outCount() {
    return outCount;
  }

  /** Inbound references, kept or not. */
  int inCount() {
    return inCount;
  }

  /** Chunks that these names have their other ends in. */
  Set<Integer> neighbours() {
    return neighbours;
  }

  /** By the chunk of the inode that they are about. */
  Map<Integer, CrossSum> sums() {
    return sums;
  }

  /** Those that are about inodes of some chunks; for who has kept them. */
  Crossings only(IntPredicate targets) {
    Crossings some = to(chunk, targets);
    dirents.forEach(some::add);
    outs.forEach(some::add);
    ins.forEach(some::add);
    for (Fact.Back back : backs) {
      if (targets.test(Ino.chunk(back.inode()))) {
        some.backs.add(back);
      }
    }
    some.inodes.putAll(inodes);
    return some;
  }
}
