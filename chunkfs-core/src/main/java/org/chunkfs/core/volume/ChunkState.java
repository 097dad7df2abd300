package org.chunkfs.core.volume;

/**
 * Where a chunk is in its life: {@code online -> suspect -> fenced -> checking -> repairing ->
 * online}.
 */
public enum ChunkState {
  /** Serves everything. */
  ONLINE,
  /** Serves, but has been slow or has shown one unconfirmed fault. */
  SUSPECT,
  /** Out of service; nothing is read or written there on behalf of users. */
  FENCED,
  /** Out of service, being checked. */
  CHECKING,
  /** Out of service, being repaired. */
  REPAIRING,
  /** Serves reads only. */
  READ_ONLY,
  /** On a member that is not there. */
  MISSING
}
