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
 * @param files of images with one to three damaged metadata blocks: files whose own data was not
 *     touched; 0 for kinds that repair nothing
 * @param kept how many of them still had their content and path after the repair
 */
public record TortureRound(
    long tried, long verified, String note, @Nullable TortureCase broken, long files, long kept) {
  /** Of a kind that repairs nothing. */
  public TortureRound(long tried, long verified, String note, @Nullable TortureCase broken) {
    this(tried, verified, note, broken, 0, 0);
  }

  /** Of a kind that does not count operations. */
  public TortureRound(long tried, @Nullable TortureCase broken) {
    this(tried, 0, "", broken);
  }
}
