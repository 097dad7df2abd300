package org.chunkfs.core.volume;

import java.util.Arrays;
import org.chunkfs.core.format.CommitNumber;

/**
 * The volume's one history: hands out commit numbers and knows up to where all of them are
 * completely written.
 *
 * <p>Number = epoch (24 bits) above a counter (40 bits) that starts from 1 in each epoch. Numbers
 * have no gaps: each one taken is reported {@link #written} in the end, as a commit or as a void.
 */
final class History {

  private final long base;
  private long next;
  private long allWrittenBelow;
  private long[] done = new long[1 << 10];

  History(int epoch) {
    base = CommitNumber.base(epoch);
    next = base + 1;
    allWrittenBelow = base + 1;
  }

  synchronized long take() {
    long g = next++;
    long span = g - allWrittenBelow;
    if (span >= (long) done.length * 64) {
      grow();
    }
    return g;
  }

  private void grow() {
    long[] old = done;
    long[] larger = new long[old.length * 2];
    for (long g = allWrittenBelow; g < next - 1; g++) {
      if ((old[word(g, old)] & 1L << g) != 0) {
        larger[word(g, larger)] |= 1L << g;
      }
    }
    done = larger;
  }

  private static int word(long g, long[] bits) {
    return (int) (g >>> 6) & bits.length - 1;
  }

  /** May be said twice of one number: by who wrote it and by who voided it at the same time. */
  synchronized void written(long g) {
    if (g < allWrittenBelow) {
      return;
    }
    done[word(g, done)] |= 1L << g;
    while (allWrittenBelow < next
        && (done[word(allWrittenBelow, done)] & 1L << allWrittenBelow) != 0) {
      done[word(allWrittenBelow, done)] &= ~(1L << allWrittenBelow);
      allWrittenBelow++;
    }
  }

  /** The largest number such that it and all before it are written. */
  synchronized long allWritten() {
    return allWrittenBelow - 1;
  }

  /** The number taken last. */
  synchronized long last() {
    return next - 1;
  }

  /** Number of this epoch's commits so far. */
  synchronized long count() {
    return next - base - 1;
  }

  @Override
  public synchronized String toString() {
    return "history %x..%x %d".formatted(allWrittenBelow, next, Arrays.hashCode(done));
  }
}
