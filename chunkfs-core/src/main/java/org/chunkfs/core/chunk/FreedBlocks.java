package org.chunkfs.core.chunk;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The free blocks of an incarnation that cannot be taken yet: their freeing is not stable, a
 * checkpoint is writing them in place, or somebody still reads what is in them. It exists from the
 * incarnation's first commit on, so that a space map that is learned later from the block table,
 * which only says that they are free, does not hand them out.
 */
final class FreedBlocks {
  private record Freed(long g, int block, int count) {}

  private final ArrayDeque<Freed> waiting = new ArrayDeque<>();
  private int blocks;
  private @Nullable BitSet beingWritten;
  private boolean held;

  /** The last freeing before the hold; what was freed since is kept for it. */
  private long heldFrom;

  /** Blocks were let go that the hold was for. */
  private boolean broken;

  /** Commit {@code g} freed these blocks; numbers come in ascending order. */
  synchronized void add(long g, int block, int count) {
    waiting.addLast(new Freed(g, block, count));
    blocks += count;
  }

  /** Blocks that wait. */
  synchronized int count() {
    return blocks;
  }

  /** The blocks that wait. */
  synchronized BitSet all() {
    BitSet all = new BitSet();
    for (Freed freed : waiting) {
      all.set(freed.block, freed.block + freed.count);
    }
    return all;
  }

  /** A checkpoint is writing these blocks in place (null: done); they wait for it. */
  synchronized void writing(@Nullable BitSet inPlace) {
    beingWritten = inPlace;
  }

  /** While somebody reads the chunk as it stood at one moment, freed blocks wait for it. */
  synchronized void hold(boolean to) {
    if (to && !held) {
      Freed last = waiting.peekLast();
      heldFrom = last == null ? 0 : last.g;
      broken = false;
    }
    held = to;
  }

  /** Whether the hold, the last one or the present one, was kept in full. */
  synchronized boolean kept() {
    return !broken;
  }

  synchronized boolean held() {
    return held;
  }

  /**
   * Lets go of the blocks whose freeing is stable, as {@code block << 32 | count} each.
   *
   * @param stable largest commit number that is stable and known to be
   */
  synchronized void release(long stable, LongConsumer usable) {
    while (true) {
      Freed first = waiting.peekFirst();
      if (first == null || first.g > stable || isBeingWritten(first)) {
        return;
      }
      waiting.removeFirst();
      broken |= held && first.g > heldFrom;
      blocks -= first.count;
      usable.accept((long) first.block << 32 | first.count);
    }
  }

  private boolean isBeingWritten(Freed run) {
    if (beingWritten == null) {
      return false;
    }
    int next = beingWritten.nextSetBit(run.block);
    return next >= 0 && next < run.block + run.count;
  }
}
