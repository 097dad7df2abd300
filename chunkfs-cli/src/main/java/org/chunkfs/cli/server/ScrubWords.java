package org.chunkfs.cli.server;

import java.time.Duration;
import java.util.Map;
import org.chunkfs.cli.output.Durations;
import org.chunkfs.fsck.scrub.ScrubOptions;
import org.jspecify.annotations.Nullable;

/** The mount options {@code scrub} and {@code scrubshare}. */
final class ScrubWords {
  static final String PERIOD = "scrub";
  static final String SHARE = "scrubshare";

  private ScrubWords() {}

  /**
   * What they say; null: nothing is checked in the background.
   *
   * @throws IllegalArgumentException with a sentence about the one that makes no sense
   */
  static @Nullable ScrubOptions parse(Map<String, String> words) {
    String period = words.getOrDefault(PERIOD, "");
    String share = words.getOrDefault(SHARE, "");
    ScrubOptions usual = ScrubOptions.DEFAULT;
    int percent = share.isEmpty() ? usual.share() : percent(share);
    if (period.equals("off")) {
      return null;
    }
    return new ScrubOptions(period.isEmpty() ? usual.period() : period(period), percent);
  }

  private static Duration period(String value) {
    try {
      return Durations.parse(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "scrub=%s makes no sense; it is off, or a time such as 12h or 7d.".formatted(value), e);
    }
  }

  private static int percent(String value) {
    if (!value.matches("[0-9]{1,3}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > 100) {
      throw new IllegalArgumentException(
          "scrubshare=%s makes no sense; it is 1 to 100 (percent).".formatted(value));
    }
    return Integer.parseInt(value);
  }
}
