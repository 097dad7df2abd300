package org.chunkfs.core.volume;

import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.format.BlockHeader;
import org.jspecify.annotations.Nullable;

/**
 * Where a range of a file's blocks lies, as of one look under the chunk's read lock. All of it is
 * in one part.
 *
 * @param chunk the incarnation that was asked
 * @param partId node id of the part; the file's own when the head itself holds the range
 * @param size length of the file in bytes
 * @param from first block of the file that was asked for
 * @param to block after the last one: as asked, or where the part's range ends before
 * @param runs what is mapped, ascending, clipped to the range
 * @param crcs checksums of the blocks {@code from} on, where a run is written; empty unless asked
 *     for
 * @param goal where in the chunk a block for {@code from} would go on best, or -1
 */
record Mapping(
    Chunk chunk, long partId, long size, long from, long to, Run[] runs, int[] crcs, int goal) {
  static final Run[] NO_RUNS = new Run[0];
  static final int[] NO_CRCS = new int[0];

  /** The run that covers a block of the file, or null for a hole. */
  @Nullable Run run(long fileBlock) {
    for (Run run : runs) {
      if (run.covers(fileBlock)) {
        return run;
      }
    }
    return null;
  }

  /** Whether there is data already at its start. */
  boolean overwrites() {
    return runs.length > 0 && runs[0].logical() == from;
  }

  int crc(long fileBlock) {
    return crcs[(int) (fileBlock - from)];
  }

  /** First byte of the file after the range. */
  long endByte() {
    return to >= Extents.MAX_BLOCKS ? Vfs.FILE_MAX : to * BlockHeader.BLOCK;
  }

  /** Whether a block still stands where another look found it, with the same content. */
  boolean agrees(Mapping other, long fileBlock) {
    Run mine = run(fileBlock);
    Run its = other.run(fileBlock);
    return mine != null
        && its != null
        && chunk == other.chunk
        && mine.blockOf(fileBlock) == its.blockOf(fileBlock)
        && mine.unwritten() == its.unwritten()
        && crc(fileBlock) == other.crc(fileBlock);
  }
}
