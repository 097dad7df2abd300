package org.chunkfs.fsck.scrub;

import java.time.Duration;

/**
 * How a volume is checked in the background.
 *
 * @param period from the beginning of one round to that of the next
 * @param share of the time that the check may be reading while a round goes on, 1 to 100 percent
 */
public record ScrubOptions(Duration period, int share) {
  /** Once a week, a tenth of the time. */
  public static final ScrubOptions DEFAULT = new ScrubOptions(Duration.ofDays(7), 10);

  public ScrubOptions {
    if (period.isNegative() || period.isZero() || share < 1 || share > 100) {
      throw new IllegalArgumentException(
          "a round each " + period + ", " + share + " % of the time");
    }
  }
}
