package org.chunkfs.fsck.scan;

import org.chunkfs.core.journal.RingScanner;
import org.jspecify.annotations.Nullable;

/** Decides which part of a chunk's journal counts. */
@FunctionalInterface
public interface Keep {
  /** The chain up to the first commit that does not count. */
  RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan);

  /** What the chunk's journal holds, where that has been read already; null: not yet. */
  default RingScanner.@Nullable Scan scanned(int chunk) {
    return null;
  }

  /** The commit up to which a chunk's journal is known to go; null: not known. */
  default @Nullable Long goesTo(int chunk, byte[] header) {
    return null;
  }

  /** Whether records are being appended to a chunk's journal, behind those that count. */
  default boolean goesOn(int chunk) {
    return false;
  }

  /** What is missing from the chain and should be there; null: nothing. */
  default RingScanner.@Nullable Damage damage(int chunk, RingScanner.Scan scan) {
    return scan.damage();
  }
}
