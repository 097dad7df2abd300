package org.chunkfs.fsck.check;

import java.util.Set;
import org.chunkfs.fsck.scan.ChunkMemory;

/**
 * How to check.
 *
 * @param data whether file data is compared with its checksums
 * @param chunks the chunks to look at; empty: all
 * @param bootId identifies the run of the machine, 16 bytes; zero when unknown
 * @param threads chunks that are in memory, and worked on, at once
 * @param memory what is known of chunks that were read before
 * @param crossFacts of names that cross chunks' borders so many facts are kept one by one; of
 *     chunks with more than that {@link Crossings outlines}
 * @param skipSound whether chunks are left out that were found sound when all were checked, and
 *     have not changed since; if then anything is wrong, all are looked at
 */
public record CheckOptions(
    boolean data,
    Set<Integer> chunks,
    byte[] bootId,
    int threads,
    ChunkMemory memory,
    long crossFacts,
    boolean skipSound) {
  /** Options for who reads everything anew. */
  public CheckOptions(boolean data, Set<Integer> chunks, byte[] bootId, int threads) {
    this(data, chunks, bootId, threads, ChunkMemory.NONE);
  }

  /** Options for who has room for as many facts as the memory of Java suggests. */
  public CheckOptions(
      boolean data, Set<Integer> chunks, byte[] bootId, int threads, ChunkMemory memory) {
    this(data, chunks, bootId, threads, memory, Crossings.Budget.ofHeap(), false);
  }

  /** The same, but all chunks are looked at. */
  public CheckOptions ofAll() {
    return new CheckOptions(data, chunks, bootId, threads, memory, crossFacts, false);
  }
}
