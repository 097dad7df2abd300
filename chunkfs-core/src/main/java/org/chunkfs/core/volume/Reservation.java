package org.chunkfs.core.volume;

import java.util.Arrays;
import org.chunkfs.core.chunk.Chunk;

/**
 * Blocks taken from one incarnation of a chunk for data that is written before it is committed.
 * They become the file's by a commit, or are given back.
 */
final class Reservation {
  private final Chunk chunk;
  private long[] runs = new long[1];
  private int count;
  private int total;

  Reservation(Chunk chunk) {
    this.chunk = chunk;
  }

  Chunk chunk() {
    return chunk;
  }

  void add(int block, int blocks) {
    total += blocks;
    if (count > 0 && first(count - 1) + length(count - 1) == block) {
      runs[count - 1] += blocks;
      return;
    }
    if (count == runs.length) {
      runs = Arrays.copyOf(runs, count * 4);
    }
    runs[count++] = (long) block << 32 | blocks;
  }

  /** Blocks in all. */
  int total() {
    return total;
  }

  /** Number of runs. */
  int count() {
    return count;
  }

  /** First block of a run. */
  int first(int run) {
    return (int) (runs[run] >>> 32);
  }

  /** Blocks of a run. */
  int length(int run) {
    return (int) runs[run];
  }

  void giveBack() {
    for (int i = 0; i < count; i++) {
      chunk.unreserve(first(i), length(i));
    }
    count = 0;
    total = 0;
  }
}
