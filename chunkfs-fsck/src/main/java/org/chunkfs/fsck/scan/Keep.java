package org.chunkfs.fsck.scan;

import org.chunkfs.core.journal.RingScanner;

/** Decides which part of a chunk's journal counts. */
@FunctionalInterface
public interface Keep {
  /** The chain up to the first commit that does not count. */
  RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan);
}
