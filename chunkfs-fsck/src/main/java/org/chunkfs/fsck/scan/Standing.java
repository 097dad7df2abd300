package org.chunkfs.fsck.scan;

import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.journal.RingScanner;
import org.jspecify.annotations.Nullable;

/**
 * How a chunk stands as its header has it: that of the last checkpoint.
 *
 * @param atRest whether both headers are there and the journal is empty, so that nothing has
 *     changed since
 * @param lastG the last commit that is in place
 * @param blocks of its body; 0: it was never used
 * @param blocksUsed how many of them are in use
 * @param inodes how many it has
 */
public record Standing(boolean atRest, long lastG, int blocks, int blocksUsed, int inodes) {
  /** Of a chunk with a header that can be read, else null. */
  static @Nullable Standing of(
      ChunkReader reader, HeaderPair headers, RingScanner.@Nullable Scan scan) {
    byte[] header = headers.header();
    if (header == null) {
      return null;
    }
    boolean whole = headers.header(0) != null && headers.header(1) != null;
    boolean empty = scan == null || scan.records().isEmpty() && scan.damage() == null;
    boolean used = (ChunkHeader.FLAGS.get(header, 0) & ChunkHeader.INITIALIZED) != 0;
    int body = used ? reader.geometry().bodyBlocks() : 0;
    int free = ChunkHeader.FREE_BLOCKS.get(header, 0);
    return new Standing(
        whole && empty,
        ChunkHeader.BASE_G.get(header, 0),
        body,
        Math.clamp((long) body - free, 0, body),
        Math.clamp(ChunkHeader.INODES.get(header, 0), 0, 8 * body));
  }
}
