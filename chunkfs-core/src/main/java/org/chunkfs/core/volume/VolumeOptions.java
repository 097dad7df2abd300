package org.chunkfs.core.volume;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How a volume is served.
 *
 * @param readOnly nothing is written; journals are replayed in memory only
 * @param deadline how long a request may take before it is answered with DeadlineException
 * @param fenced how requests that need a chunk out of service are answered
 * @param flushInterval how much time may pass before what was acknowledged is made durable: the
 *     most that a power loss takes away
 * @param flushBytes how many bytes of data may be written before that
 * @param checkpointPercent fill of a journal ring, in percent, at which its checkpoint starts
 * @param journalBytes most live journal bytes in all rings together: bounds recovery time
 * @param cacheBlocks metadata blocks kept in memory, clean ones beyond it are dropped
 * @param stall how long one write to the device may take before its chunk is fenced
 * @param clock source of times in inodes
 * @param restart whether a chunk that was fenced because its device hung is brought back by itself
 *     when the device has answered
 */
public record VolumeOptions(
    boolean readOnly,
    Duration deadline,
    FencedPolicy fenced,
    Duration flushInterval,
    long flushBytes,
    int checkpointPercent,
    long journalBytes,
    int cacheBlocks,
    Duration stall,
    InstantSource clock,
    boolean restart) {

  /** How a request that needs a fenced chunk is answered. */
  public enum FencedPolicy {
    /** At once, with ChunkUnavailableException. */
    FAIL,
    /** When the chunk is back, or else at the request's deadline. */
    WAIT,
    /** A chunk fenced for damage goes on serving reads; writes are answered as in FAIL. */
    READ
  }

  /** The usual choices, for this JVM's heap. */
  public static VolumeOptions defaults() {
    long heap = Runtime.getRuntime().maxMemory();
    return new VolumeOptions(
        false,
        Duration.ofSeconds(30),
        FencedPolicy.WAIT,
        Duration.ofSeconds(5),
        1L << 30,
        50,
        Math.clamp(heap / 12, 12L << 20, 24L << 20),
        (int) Math.clamp(heap / 3 / 4400, 4096, 1 << 18),
        Duration.ofSeconds(5),
        InstantSource.system(),
        false);
  }

  public VolumeOptions withReadOnly(boolean to) {
    return new VolumeOptions(
        to,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withDeadline(Duration to) {
    return new VolumeOptions(
        readOnly,
        to,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withFenced(FencedPolicy to) {
    return new VolumeOptions(
        readOnly,
        deadline,
        to,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withFlush(Duration interval, long bytes) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        interval,
        bytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withCheckpoint(int percent, long bytes) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        percent,
        bytes,
        cacheBlocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withCacheBlocks(int blocks) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        blocks,
        stall,
        clock,
        restart);
  }

  public VolumeOptions withStall(Duration to) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        to,
        clock,
        restart);
  }

  public VolumeOptions withClock(InstantSource to) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        to,
        restart);
  }

  public VolumeOptions withRestart(boolean to) {
    return new VolumeOptions(
        readOnly,
        deadline,
        fenced,
        flushInterval,
        flushBytes,
        checkpointPercent,
        journalBytes,
        cacheBlocks,
        stall,
        clock,
        to);
  }
}
