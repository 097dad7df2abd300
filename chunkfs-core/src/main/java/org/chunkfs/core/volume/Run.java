package org.chunkfs.core.volume;

/**
 * A run of blocks, contiguous in a file and in the chunk that holds it.
 *
 * @param logical first block in the file
 * @param block first block in the chunk
 * @param count number of blocks, at least 1
 * @param unwritten preallocated: reads as zeros
 */
record Run(long logical, int block, int count, boolean unwritten) {
  /** Block in the file after the last one. */
  long end() {
    return logical + count;
  }

  /** Block in the chunk of a block of the file, which the run covers. */
  int blockOf(long fileBlock) {
    return block + (int) (fileBlock - logical);
  }

  boolean covers(long fileBlock) {
    return fileBlock >= logical && fileBlock < end();
  }

  /** What of it lies in {@code from} to {@code to} (exclusive), which must be something. */
  Run clip(long from, long to) {
    long lo = Math.max(from, logical);
    long hi = Math.min(to, end());
    return lo == logical && hi == end()
        ? this
        : new Run(lo, blockOf(lo), (int) (hi - lo), unwritten);
  }
}
