package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.scan.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What remains of a chunk's check for the passes over all chunks: what crosses its border, or if
 * that is much an outline of it ({@link Crossings}). Names inside the chunk are settled before, and
 * not kept; who asks for an inode that nothing elsewhere refers to has it read again.
 */
public final class ChunkFacts {

  /** Generation and file type of an inode. */
  public record Ident(int generation, int type) {}

  /** Where a directory hangs. */
  public record Parent(long parent, int generation, byte[] name) {
    static Parent of(Fact.Back back) {
      return new Parent(back.parent(), back.parentGeneration(), back.name());
    }
  }

  /** Looks things up in the chunk that are not kept. */
  public interface Again {
    @Nullable Ident inode(long ino);

    /** Where a directory of the chunk hangs. */
    @Nullable Parent parent(long ino);

    /**
     * What a chunk says of names that cross its border, all of it.
     *
     * @param targets chunks whose inodes the names must lead to
     * @return null if it cannot be asked
     */
    @Nullable Crossings crossings(int chunk, IntPredicate targets);

    /** The chunks have changed. */
    void forget();
  }

  /** Remembers nothing. */
  public static final Again NEVER =
      new Again() {
        @Override
        public @Nullable Ident inode(long ino) {
          return null;
        }

        @Override
        public @Nullable Parent parent(long ino) {
          return null;
        }

        @Override
        public @Nullable Crossings crossings(int chunk, IntPredicate targets) {
          return null;
        }

        @Override
        public void forget() {}
      };

  /** A file's lost content. */
  public record Loss(long inode, long logical, long count, int block) {}

  final int chunk;
  final boolean known;
  private final Crossings crossings;

  /** Directories that hang in another chunk. */
  final Map<Long, Parent> directories;

  /** Directories with something elsewhere in them; the ancestor that hangs in another chunk. */
  final Map<Long, Long> tops;

  /** The lowest directory of each circle in this chunk. */
  final List<Long> cycles;

  final List<Fact.Cont> contsOut;
  final List<Fact.Cont> contsIn;
  final List<Fact.Part> parts;
  final List<Fact.Head> heads;
  final List<Loss> losses;
  final Map<Long, Parent> names;
  long blocks;
  long blocksUsed;
  int inodeCount;
  private boolean skipped;
  private Again again = NEVER;

  private ChunkFacts(int chunk, boolean known, Crossings crossings) {
    this.chunk = chunk;
    this.known = known;
    this.crossings = crossings;
    directories = new HashMap<>();
    tops = new HashMap<>();
    cycles = new ArrayList<>();
    contsOut = new ArrayList<>();
    contsIn = new ArrayList<>();
    parts = new ArrayList<>();
    heads = new ArrayList<>();
    losses = new ArrayList<>();
    names = new HashMap<>();
  }

  private ChunkFacts(ChunkFacts other, Crossings crossings) {
    chunk = other.chunk;
    known = other.known;
    this.crossings = crossings;
    directories = other.directories;
    tops = other.tops;
    cycles = other.cycles;
    contsOut = other.contsOut;
    contsIn = other.contsIn;
    parts = other.parts;
    heads = other.heads;
    losses = other.losses;
    names = other.names;
    blocks = other.blocks;
    blocksUsed = other.blocksUsed;
    inodeCount = other.inodeCount;
    skipped = other.skipped;
  }

  /** Of a chunk that was read. */
  static ChunkFacts of(int chunk) {
    return of(chunk, Crossings.all(chunk));
  }

  /**
   * Of a chunk that was read.
   *
   * @param crossings takes what crosses its border
   */
  static ChunkFacts of(int chunk, Crossings crossings) {
    return new ChunkFacts(chunk, true, crossings);
  }

  /** Of a chunk that was not looked into, since it was found sound before and has not changed. */
  static ChunkFacts skipped(int chunk, Standing standing) {
    ChunkFacts facts = unknown(chunk);
    facts.skipped = true;
    facts.blocks = standing.blocks();
    facts.blocksUsed = standing.blocksUsed();
    facts.inodeCount = standing.inodes();
    return facts;
  }

  /** Of a chunk that cannot be asked. */
  public static ChunkFacts unknown(int chunk) {
    return new ChunkFacts(chunk, false, Crossings.all(chunk));
  }

  public int chunk() {
    return chunk;
  }

  /** Whether the chunk was not looked into, since it is known to be sound. */
  public boolean skipped() {
    return skipped;
  }

  /** Whether the chunk was read, and all that crosses its border is kept. */
  public boolean whole() {
    return known && !crossings.outlined();
  }

  /** Whether the chunk could be read. */
  public boolean known() {
    return known;
  }

  /** The inode of that number, or null. */
  public @Nullable Ident inode(long ino) {
    Ident kept = crossings.inodes.get(ino);
    return kept == null && known ? again.inode(ino) : kept;
  }

  /** From now on asks {@code by} for what is not kept. */
  public void ask(Again by) {
    again = by;
  }

  /** The same facts, for somebody who asks elsewhere for what is not kept. */
  ChunkFacts shared() {
    return new ChunkFacts(this, crossings);
  }

  /** The chunk, or others, have been changed: what is asked for now is read anew. */
  public void changed() {
    again.forget();
  }

  /** What is kept of names that cross its border; perhaps only an outline. */
  Crossings kept() {
    return crossings;
  }

  /**
   * These facts are of no use any more; the budget for what crosses borders has their share back.
   */
  public void release() {
    crossings.clear();
  }

  /** All names that cross its border, read again if they are not kept. */
  Crossings crossings() {
    return crossings.outlined() ? again(_ -> true) : crossings;
  }

  private Crossings again(IntPredicate targets) {
    Crossings all = again.crossings(chunk, targets);
    return all == null ? Crossings.all(chunk) : all;
  }

  /**
   * The same facts, but of names that cross its border only those that lead to inodes of some
   * chunks, and these all.
   */
  ChunkFacts about(IntPredicate targets) {
    ChunkFacts about =
        new ChunkFacts(this, crossings.outlined() ? again(targets) : crossings.only(targets));
    about.ask(again);
    return about;
  }

  public int inodeCount() {
    return inodeCount;
  }

  /** Names in this chunk for inodes elsewhere. */
  public List<Fact.Dirent> dirents() {
    return crossings().dirents;
  }

  /** Back pointers in this chunk whose entry is elsewhere. */
  public List<Fact.Back> backs() {
    return crossings().backs;
  }

  /** Heads of spread files and directories. */
  public List<Fact.Head> heads() {
    return heads;
  }

  /** Parts of spread files and directories. */
  public List<Fact.Part> parts() {
    return parts;
  }

  /** Chunks that this one has references to, or from. */
  public Set<Integer> neighbours() {
    Set<Integer> all = new TreeSet<>(crossings.neighbours());
    contsOut.forEach(c -> all.add(Ino.chunk(c.part())));
    contsIn.forEach(c -> all.add(Ino.chunk(c.head())));
    parts.forEach(p -> all.add(Ino.chunk(p.head())));
    heads.forEach(h -> h.map().forEach(r -> all.add(Ino.chunk(r.part()))));
    return all;
  }

  /** File data that is gone. */
  public List<Loss> losses() {
    return losses;
  }

  /** Where a directory of the chunk hangs; null if that is not known, and for the root. */
  public @Nullable Parent directory(long ino) {
    Parent kept = directories.get(ino);
    return kept == null && known ? again.parent(ino) : kept;
  }

  /** One name of each inode that lost something. */
  public Map<Long, Parent> names() {
    return names;
  }

  /** Blocks of the body, and how many are in use. */
  public long blocks() {
    return blocks;
  }

  public long blocksUsed() {
    return blocksUsed;
  }
}
