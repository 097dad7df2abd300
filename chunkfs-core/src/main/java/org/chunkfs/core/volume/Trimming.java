package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.InodeLeases.Lease;

/**
 * Frees ranges of files, and whole files, in bounded steps from the end. What does not fit in one
 * commit is entered in the orphan and trim index first, so that after a crash it is finished.
 */
final class Trimming {
  /** Most blocks freed by one commit. */
  static final int STEP = 1024;

  /** Most blocks of a file that goes in the commit that takes its last name. */
  private static final int SMALL = 64;

  /** Most pages of an item tree freed by one commit. */
  private static final int TREE_STEP = 32;

  /** An inode is not there any more. */
  private static final long GONE = -1;

  /** Chunks that one step may lock. */
  private static final int WIDTH = Engine.MAX_PARTICIPANTS - 2;

  private record Range(long from, long to) {}

  private final Engine engine;
  private final Map<Long, Range> pending = new ConcurrentHashMap<>();

  Trimming(Engine engine) {
    this.engine = engine;
  }

  /** Remembers that part of a file is still to be freed, before anything else is done to it. */
  void pend(long id, long from, long to) {
    pending.put(id, new Range(from, to));
  }

  /** Finishes what was left to be freed of a file; all that changes its data comes here first. */
  void settle(Lease lease, long deadline) throws IOException {
    Range left = pending.get(lease.id);
    if (left == null) {
      return;
    }
    try {
      finish(lease, left.from, left.to, deadline);
    } catch (FsException e) {
      if (e.reason() != FsException.Reason.STALE) {
        throw e;
      }
      engine.update(
          deadline,
          true,
          tx -> {
            TrimIndex.remove(tx.of(lease.id), lease.id);
            return null;
          },
          Ino.chunk(lease.id));
      pending.remove(lease.id);
    }
  }

  /** Frees the rest of a range that is in the index, then takes it out. */
  void finish(Lease lease, long from, long to, long deadline) throws IOException {
    pend(lease.id, from, to);
    long[] end = {to};
    while (true) {
      long left =
          engine.update(
              deadline,
              true,
              tx -> {
                lease.require();
                ChunkTx head = tx.of(lease.id);
                Inodes.find(head, lease.id);
                long rest = step(tx, lease.id, from, end[0], to == Continuations.END);
                if (rest <= from) {
                  TrimIndex.remove(head, lease.id);
                }
                return rest;
              },
              Ino.chunk(lease.id));
      if (left <= from) {
        pending.remove(lease.id);
        return;
      }
      end[0] = left;
      FileWriter.requireTime(deadline, lease.id);
    }
  }

  /**
   * Frees what fits in one commit of the blocks {@code from} to {@code to} (exclusive), from the
   * end.
   *
   * @param tail whether everything from {@code from} on goes: then parts that are left empty do too
   * @return the new end; at most {@code from} when all is done
   */
  static long step(Tx tx, long id, long from, long to, boolean tail) throws IOException {
    long end = to;
    int left = STEP;
    ChunkTx head = tx.of(id);
    while (end > from && left > 0) {
      Continuations.Range range =
          Continuations.rangeFor(head, id, tail ? Continuations.END - 1 : end - 1);
      if (!tx.has(Ino.chunk(range.partId())) && tx.width() >= WIDTH) {
        return end;
      }
      PartEdit part = new PartEdit(tx, id, range.partId());
      long before = blocks(part);
      long low = Math.max(from, range.from());
      end = Extents.free(part.chunk(), part.ino(), low, Math.min(end, range.to()), left);
      left -= (int) Math.min(left, before - blocks(part) + 1);
      part.finish();
      if (end > low) {
        return end;
      }
      if (tail && range.from() >= from && (range.from() > 0 || range.partId() != id)) {
        unmap(tx, head, id, range);
      } else if (tail) {
        return from;
      }
    }
    return end;
  }

  private static long blocks(PartEdit part) throws IOException {
    return InodeRecord.BLOCKS.get(Inodes.bytes(part.chunk(), part.ino()), Inodes.at(part.ino()));
  }

  /** Gives the last range, which is empty, to the part before it, the first one to the head. */
  private static void unmap(Tx tx, ChunkTx head, long id, Continuations.Range last)
      throws IOException {
    long heir = last.from() == 0 ? id : Continuations.partFor(head, id, last.from() - 1);
    Continuations.map(tx, id, last.from(), Continuations.END, heir);
    dropUnused(tx, id, last.partId());
  }

  /** Drops a part that holds nothing and to which nothing is mapped. */
  static void dropUnused(Tx tx, long id, long partId) throws IOException {
    if (partId != id
        && !Extents.any(tx.of(partId), Ino.ofId(partId))
        && !Continuations.mapped(tx.of(id), id, partId)) {
      Continuations.drop(tx, id, partId);
    }
  }

  /**
   * Frees an inode that has no names left, with everything it has, and takes it out of the orphan
   * index; may be begun again at any point.
   *
   * @throws FsException STALE if it is gone already
   */
  void freeAll(Lease lease, long deadline) throws IOException {
    long id = lease.id;
    long end = Continuations.END;
    while (end != GONE) {
      long from = end;
      end =
          engine.update(
              deadline,
              true,
              tx -> {
                lease.require();
                return freeStep(tx, id, from);
              },
              Ino.chunk(id));
      if (end != GONE) {
        FileWriter.requireTime(deadline, id);
      }
    }
    pending.remove(id);
  }

  /** One commit of {@link #freeAll}: returns the new end of the data, or {@link #GONE}. */
  private static long freeStep(Tx tx, long id, long end) throws IOException {
    ChunkTx head = tx.of(id);
    Inodes.find(head, id);
    long left = end > 0 ? step(tx, id, 0, end, true) : 0;
    if (left > 0 || ItemMap.freeTree(head, Ino.ofId(id), TREE_STEP) == TREE_STEP) {
      return left;
    }
    OrphanIndex.remove(head, Ino.ofId(id));
    Inodes.free(head, Ino.ofId(id));
    return GONE;
  }

  /**
   * Frees an inode, with everything it has, inside the transaction that took its last name, if that
   * is little; nothing is changed otherwise.
   */
  boolean freeSmall(Tx tx, long id) throws IOException {
    ChunkTx head = tx.of(id);
    long ino = Ino.ofId(id);
    int at = Inodes.find(head, id);
    byte[] bytes = Inodes.bytes(head, ino);
    if ((InodeRecord.FLAGS.get(bytes, at) & InodeRecord.FLAG_SPREAD) != 0
        || InodeRecord.BLOCKS.get(bytes, at) > SMALL
        || pending.containsKey(id)) {
      return false;
    }
    if (InodeRecord.BLOCKS.get(bytes, at) > 0) {
      Extents.free(head, ino, 0, Continuations.END, SMALL);
      ItemMap.freeTree(head, ino, SMALL + 1);
    }
    Inodes.free(head, ino);
    return true;
  }
}
