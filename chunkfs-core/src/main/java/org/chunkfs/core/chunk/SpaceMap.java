package org.chunkfs.core.chunk;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which blocks of a chunk's body can be taken now, and which are free but still have to wait: for
 * their freeing to be stable, and for a checkpoint that is writing them in place. Built from the
 * block table; the table is the truth, this is its shadow in memory.
 */
final class SpaceMap {
  /** Who asks: each class leaves something for the next. */
  enum Use {
    /** File data: leaves room for the directories and trees that must name it. */
    DATA,
    /** Metadata. */
    METADATA,
    /** Deletion, which must work on a full chunk. */
    DELETION
  }

  /**
   * Data begins behind this part of the body, so that metadata lies together as long as there is
   * room: a tree of small files needs about a seventh for its inodes and directories. What is left
   * of the part goes to data when all else is full.
   */
  private static final int METADATA_SHARE = 6;

  private final int start;
  private final int end;
  private final long[] free;
  private final BitSet hostReady;
  private final FreedBlocks freed;
  private final int dataFloor;
  private final int metadataFloor;
  private int available;
  private int metadataCursor;
  private int dataCursor;

  /**
   * @param freed blocks that are free but wait; they are not among those that can be taken
   */
  SpaceMap(int start, int end, FreedBlocks freed) {
    this.freed = freed;
    this.start = start;
    this.end = end;
    free = new long[(end >>> 6) + 1];
    hostReady = new BitSet(end);
    metadataCursor = start;
    dataCursor = start + (end - start) / METADATA_SHARE;
    metadataFloor = metadataFloor(start, end);
    dataFloor = dataFloor(start, end);
  }

  private static int metadataFloor(int start, int end) {
    return Math.min(16, (end - start) / 64);
  }

  static int dataFloor(int start, int end) {
    return metadataFloor(start, end) + Math.min(512, (end - start) / 48);
  }

  /**
   * While the map is built: {@code block} can be taken, or cannot (and then is really allocated on
   * the host).
   */
  synchronized void learn(int block, boolean canBeTaken) {
    if (canBeTaken) {
      set(block);
      available++;
    } else {
      hostReady.set(block);
    }
  }

  /** Blocks that can be taken now. */
  synchronized int available() {
    return available;
  }

  /** Free blocks, those that must wait included. */
  synchronized int free() {
    return available + freed.count();
  }

  synchronized boolean anyWaiting() {
    return freed.count() > 0;
  }

  /** True if {@code use} could have {@code count} blocks once everything that waits is released. */
  synchronized boolean couldTake(Use use, int count) {
    return available + freed.count() - count >= floor(use);
  }

  private int floor(Use use) {
    return switch (use) {
      case DATA -> dataFloor;
      case METADATA -> metadataFloor;
      case DELETION -> 0;
    };
  }

  /** Takes one block for metadata, low in the body; -1 when there is none for that use. */
  synchronized int takeOne(Use use) {
    if (available <= floor(use)) {
      return -1;
    }
    int found = nextFree(metadataCursor);
    if (found < 0) {
      found = nextFree(start);
    }
    if (found >= 0) {
      clear(found);
      available--;
      metadataCursor = found + 1;
    }
    return found;
  }

  /**
   * Takes a run of at most {@code want} blocks for data, after {@code goal} if possible.
   *
   * @return first block and count as {@code block << 32 | count}, or -1
   */
  synchronized long takeRun(int want, int goal, Use use) {
    int most = Math.min(want, available - floor(use));
    if (most <= 0) {
      return -1;
    }
    int first;
    if (goal > start && goal < end && isFree(goal)) {
      first = goal;
    } else {
      first = nextFree(dataCursor);
      if (first < 0) {
        first = nextFree(start);
      }
    }
    if (first < 0) {
      return -1;
    }
    int count = 0;
    while (count < most && first + count < end && isFree(first + count)) {
      clear(first + count);
      count++;
    }
    available -= count;
    dataCursor = first + count;
    return (long) first << 32 | count;
  }

  /** Gives back what was taken and never became live. */
  synchronized void giveBack(int block, int count) {
    for (int i = 0; i < count; i++) {
      set(block + i);
    }
    available += count;
    metadataCursor = Math.min(metadataCursor, block);
  }

  /** Makes blocks whose freeing is stable (and known to be) usable again. */
  synchronized void release(long stable) {
    if (!freed.held() || available <= 2 * dataFloor) {
      freed.release(stable, run -> giveBack((int) (run >>> 32), (int) run));
    }
  }

  /**
   * The run of free blocks from {@code block} (just taken) on that the host may not have allocated
   * yet, at most {@code most}; 0 when it is known to have. The caller writes zeros there and then
   * says so with {@link #hostAllocated}.
   */
  synchronized int hostUnknown(int block, int most) {
    if (hostReady.get(block)) {
      return 0;
    }
    int n = 1;
    while (n < most && block + n < end && isFree(block + n) && !hostReady.get(block + n)) {
      n++;
    }
    return n;
  }

  synchronized void hostAllocated(int block, int count) {
    hostReady.set(block, block + count);
  }

  private int nextFree(int from) {
    if (from >= end) {
      return -1;
    }
    int w = from >>> 6;
    long word = free[w] & -1L << from;
    while (word == 0) {
      if (++w >= free.length) {
        return -1;
      }
      word = free[w];
    }
    int found = w << 6 | Long.numberOfTrailingZeros(word);
    return found < end ? found : -1;
  }

  private boolean isFree(int block) {
    return (free[block >>> 6] & 1L << block) != 0;
  }

  private void set(int block) {
    free[block >>> 6] |= 1L << block;
  }

  private void clear(int block) {
    free[block >>> 6] &= ~(1L << block);
  }

  @Override
  public synchronized String toString() {
    return "space["
        + start
        + ".."
        + end
        + ") available "
        + available
        + " waiting "
        + freed.count()
        + " words "
        + Arrays.hashCode(free);
  }
}
