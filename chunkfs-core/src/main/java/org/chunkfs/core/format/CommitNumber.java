package org.chunkfs.core.format;

/** The number of a commit: the opening that made it, above a counter. */
public final class CommitNumber {
  private static final int COUNTER_BITS = 40;

  private CommitNumber() {}

  /** The volume epoch of the opening that made the commit. */
  public static int epochOf(long g) {
    return (int) (g >>> COUNTER_BITS);
  }

  /** Smaller than every number of an opening, larger than all of those before it. */
  public static long base(int epoch) {
    return (long) epoch << COUNTER_BITS;
  }
}
