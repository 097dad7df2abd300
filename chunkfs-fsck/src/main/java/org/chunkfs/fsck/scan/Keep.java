package org.chunkfs.fsck.scan;

import org.chunkfs.core.journal.RingRecord;

/** Decides which commits of a chunk's journal count. */
@FunctionalInterface
public interface Keep {
  /** Everything counts. */
  Keep ALL = (chunk, record) -> true;

  boolean keeps(int chunk, RingRecord record);
}
