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
 */
public record CheckOptions(
    boolean data,
    Set<Integer> chunks,
    byte[] bootId,
    int threads,
    ChunkMemory memory,
    long crossFacts) {
  /** Options for who reads everything anew. */
  public CheckOptions(boolean data, Set<Integer> chunks, byte[] bootId, int threads) {
    this(data, chunks, bootId, threads, ChunkMemory.NONE);
  }

  /** Options for who has room for as many facts as the memory of Java suggests. */
  public CheckOptions(
      boolean data, Set<Integer> chunks, byte[] bootId, int threads, ChunkMemory memory) {
    this(data, chunks, bootId, threads, memory, Crossings.Budget.ofHeap());
  }
}
