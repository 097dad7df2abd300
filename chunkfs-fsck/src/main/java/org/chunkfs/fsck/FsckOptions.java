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
 * @param earlier what is made of earlier checks
 */
public record FsckOptions(
    Repair repair,
    boolean data,
    Set<Integer> chunks,
    int threads,
    byte[] bootId,
    long now,
    long crossFacts,
    Earlier earlier) {

  /** What may be repaired. */
  public enum Repair {
    /** Nothing: look only. */
    NO,
    /** What is safe to repair without asking. */
    PREEN,
    /** Everything. */
    YES
  }

  /** What is made of earlier checks. */
  public enum Earlier {
    /** All chunks are looked at, and nothing is noted. */
    IGNORE,
    /** All chunks are looked at; a repair notes that they were found sound. */
    RENEW,
    /** Chunks that were found sound and have not changed since are left out; noted too. */
    TRUST
  }

  /** Options for who has room for as many facts as the memory of Java suggests. */
  public FsckOptions(
      Repair repair, boolean data, Set<Integer> chunks, int threads, byte[] bootId, long now) {
    this(repair, data, chunks, threads, bootId, now, Crossings.Budget.ofHeap(), Earlier.IGNORE);
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
    return new FsckOptions(repair, to, chunks, threads, bootId, now, crossFacts, earlier);
  }

  public FsckOptions withChunks(Set<Integer> to) {
    return new FsckOptions(repair, data, to, threads, bootId, now, crossFacts, earlier);
  }

  public FsckOptions withRepair(Repair to) {
    return new FsckOptions(to, data, chunks, threads, bootId, now, crossFacts, earlier);
  }

  public FsckOptions withThreads(int to) {
    return new FsckOptions(repair, data, chunks, to, bootId, now, crossFacts, earlier);
  }

  public FsckOptions withBootId(byte[] to) {
    return new FsckOptions(repair, data, chunks, threads, to, now, crossFacts, earlier);
  }

  public FsckOptions withEarlier(Earlier to) {
    return new FsckOptions(repair, data, chunks, threads, bootId, now, crossFacts, to);
  }

  /** Of names that cross chunks' borders so many facts are kept; with more it takes longer. */
  public FsckOptions withCrossFacts(long to) {
    return new FsckOptions(repair, data, chunks, threads, bootId, now, to, earlier);
  }

  CheckOptions forCheck() {
    return new CheckOptions(
        data, chunks, bootId, threads, ChunkMemory.NONE, crossFacts, earlier == Earlier.TRUST);
  }
}
