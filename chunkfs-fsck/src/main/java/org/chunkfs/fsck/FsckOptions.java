package org.chunkfs.fsck;

import java.util.Set;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.scan.ChunkMemory;

/**
 * How to check and repair.
 *
 * @param repair what may be repaired
 * @param data whether file data is compared with its checksums
 * @param chunks the chunks to look at; empty: all
 * @param threads chunks that are in memory, and worked on, at once
 * @param bootId identifies the run of the machine, 16 bytes; zero when unknown
 * @param now the time, nanoseconds since 1970
 * @param crossFacts of names that cross chunks' borders so many facts are kept one by one
 */
public record FsckOptions(
    Repair repair,
    boolean data,
    Set<Integer> chunks,
    int threads,
    byte[] bootId,
    long now,
    long crossFacts) {

  /** What may be repaired. */
  public enum Repair {
    /** Nothing: look only. */
    NO,
    /** What is safe to repair without asking. */
    PREEN,
    /** Everything. */
    YES
  }

  /** Options for who has room for as many facts as the memory of Java suggests. */
  public FsckOptions(
      Repair repair, boolean data, Set<Integer> chunks, int threads, byte[] bootId, long now) {
    this(repair, data, chunks, threads, bootId, now, Crossings.Budget.ofHeap());
  }

  public FsckOptions {
    chunks = Set.copyOf(chunks);
    bootId = bootId.clone();
  }

  /** A full check, data included, that changes nothing. */
  public static FsckOptions check() {
    return new FsckOptions(Repair.NO, true, Set.of(), 2, new byte[16], 0);
  }

  /** A full check that repairs everything; {@code now} goes into what it makes. */
  public static FsckOptions repair(long now) {
    return new FsckOptions(Repair.YES, true, Set.of(), 2, new byte[16], now);
  }

  public FsckOptions withData(boolean to) {
    return new FsckOptions(repair, to, chunks, threads, bootId, now, crossFacts);
  }

  public FsckOptions withChunks(Set<Integer> to) {
    return new FsckOptions(repair, data, to, threads, bootId, now, crossFacts);
  }

  public FsckOptions withRepair(Repair to) {
    return new FsckOptions(to, data, chunks, threads, bootId, now, crossFacts);
  }

  public FsckOptions withThreads(int to) {
    return new FsckOptions(repair, data, chunks, to, bootId, now, crossFacts);
  }

  public FsckOptions withBootId(byte[] to) {
    return new FsckOptions(repair, data, chunks, threads, to, now, crossFacts);
  }

  /** Of names that cross chunks' borders so many facts are kept; with more it takes longer. */
  public FsckOptions withCrossFacts(long to) {
    return new FsckOptions(repair, data, chunks, threads, bootId, now, to);
  }

  CheckOptions forCheck() {
    return new CheckOptions(data, chunks, bootId, threads, ChunkMemory.NONE, crossFacts);
  }
}
