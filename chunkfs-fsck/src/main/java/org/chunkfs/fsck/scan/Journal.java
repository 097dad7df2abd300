package org.chunkfs.fsck.scan;

import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.fsck.problem.Findings;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's headers and journal, read without judging them.
 *
 * @param ring null in a chunk that was never used, or whose headers are lost, and if only its first
 *     record was looked for
 * @param scan what is in the ring; null in a chunk that was never used, or whose headers are lost
 */
public record Journal(
    HeaderPair headers, @Nullable RingView ring, RingScanner.@Nullable Scan scan) {
  private static final String KEY = "journal";

  /** Reads a chunk's headers and journal, or recalls them. */
  public static Journal of(ChunkReader reader, ChunkMemory memory) {
    return memory.recall(reader.chunk(), KEY, () -> read(reader));
  }

  private static Journal read(ChunkReader reader) {
    HeaderPair headers = HeaderPair.read(reader, new Findings(reader.chunk()));
    byte[] header = headers.header();
    if (header == null || !headers.initialized()) {
      return new Journal(headers, null, null);
    }
    RingView ring = RingView.read(reader, header);
    return new Journal(headers, ring, ring.scan());
  }

  /** The same of a chunk whose journal is said to be empty: reads on only if it is not. */
  static Journal probe(ChunkReader reader) {
    HeaderPair headers = HeaderPair.read(reader, new Findings(reader.chunk()));
    byte[] header = headers.header();
    return header == null || !headers.initialized()
        ? new Journal(headers, null, null)
        : new Journal(headers, null, RingView.probe(reader, header));
  }
}
