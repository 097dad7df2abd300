package org.chunkfs.fsck.scan;

import org.chunkfs.fsck.problem.Findings;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's headers and journal, read without judging them.
 *
 * @param ring null in a chunk that was never used, or whose headers are lost
 */
public record Journal(HeaderPair headers, @Nullable RingView ring) {
  private static final String KEY = "journal";

  /** Reads a chunk's headers and journal, or recalls them. */
  public static Journal of(ChunkReader reader, ChunkMemory memory) {
    return memory.recall(reader.chunk(), KEY, () -> read(reader));
  }

  private static Journal read(ChunkReader reader) {
    HeaderPair headers = HeaderPair.read(reader, new Findings(reader.chunk()));
    byte[] header = headers.header();
    return header == null || !headers.initialized()
        ? new Journal(headers, null)
        : new Journal(headers, RingView.read(reader, header));
  }
}
