package org.chunkfs.fsck.torture;

import org.jspecify.annotations.Nullable;

/**
 * What a round of torture came to.
 *
 * @param tried states or cases that were looked at
 * @param verified acknowledged operations that were looked for in them; 0 for kinds that do not
 *     count them
 * @param note figures for people, in a line; empty: none
 * @param broken the broken promise, in as short a case as could be found; null: none
 */
public record TortureRound(long tried, long verified, String note, @Nullable TortureCase broken) {
  /** Of a kind that does not count operations. */
  public TortureRound(long tried, @Nullable TortureCase broken) {
    this(tried, 0, "", broken);
  }
}
