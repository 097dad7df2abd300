package org.chunkfs.core.volume;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.Ino;

/**
 * Where new inodes go: a file to its name, a directory to its parent until that chunk is crowded, a
 * new top-level directory to the emptiest chunk. Cross references stay rare that way.
 */
final class HomeChoice {
  /** A chunk with less than this share of its blocks free is crowded. */
  private static final int CROWDED_SHARE = 8;

  private final Engine engine;
  private final long root;

  /** By chunk: where its overflow went last, or -1. */
  private final AtomicIntegerArray overflows;

  HomeChoice(Engine engine, long root) {
    this.engine = engine;
    this.root = root;
    int[] none = new int[engine.chunks().count()];
    java.util.Arrays.fill(none, -1);
    this.overflows = new AtomicIntegerArray(none);
  }

  boolean crowded(int chunk) {
    ChunkSlot slot = engine.chunks().slot(chunk);
    return slot.freeBlocks() * CROWDED_SHARE < slot.geometry.bodyBlocks();
  }

  /** The chunk that serves and has most room, apart from some; -1 if none has any. */
  int emptiest(Set<Integer> but) {
    return emptiest(but, 0);
  }

  /**
   * @param start where to begin to look: the first of several that are equally empty is taken
   */
  private int emptiest(Set<Integer> but, int start) {
    Chunks chunks = engine.chunks();
    int best = -1;
    long most = 0;
    for (int i = 0; i < chunks.count(); i++) {
      int id = (start + i) % chunks.count();
      ChunkSlot slot = chunks.slot(id);
      long free = slot.freeBlocks();
      if (slot.serves() && free > most && !but.contains(id)) {
        best = id;
        most = free;
      }
    }
    return best;
  }

  /** The chunks to try for one new inode, one after the other. */
  final class Attempts {
    private final Set<Integer> full = new HashSet<>();
    private int home;

    private Attempts(int home) {
      this.home = home;
    }

    int home() {
      return home;
    }

    /**
     * The last attempt found no room in a chunk; {@link #home} is another one from now on.
     *
     * @throws FsException NO_SPACE if none is left, or the chunk of the directory itself is full
     */
    void full(FsException e) throws FsException {
      if (e.chunk() != home) {
        throw e;
      }
      full.add(home);
      home = emptiest(full);
      if (home < 0) {
        throw e;
      }
    }
  }

  /**
   * Where a new inode may go whose name goes to a part of a directory.
   *
   * @param cookie of the name: spreads top-level directories over chunks that are equally empty
   * @param beside the chunk of that part
   */
  Attempts attempts(long dir, boolean directory, long cookie, int beside) {
    if (directory && Ino.ofId(dir) == root) {
      int start = (int) Long.remainderUnsigned(cookie >>> 7, engine.chunks().count());
      int away = emptiest(Set.of(Ino.chunk(dir)), start);
      return new Attempts(orElse(away, Ino.chunk(dir)));
    }
    if (!crowded(beside)) {
      return new Attempts(beside);
    }
    return new Attempts(overflow(beside));
  }

  /**
   * Where what would belong in a crowded chunk goes instead: always the same chunk, until that is
   * crowded too, so that what belongs together stays together.
   */
  private int overflow(int beside) {
    int last = overflows.get(beside);
    if (last >= 0 && engine.chunks().slot(last).serves() && !crowded(last)) {
      return last;
    }
    int other = emptiest(Set.of(beside));
    overflows.set(beside, other);
    return orElse(other, beside);
  }

  private static int orElse(int chunk, int instead) {
    return chunk < 0 ? instead : chunk;
  }
}
