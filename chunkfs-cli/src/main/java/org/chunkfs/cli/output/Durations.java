package org.chunkfs.cli.output;

import java.time.Duration;
import java.util.Locale;

/** Durations as people write them: a whole number and s, m, h or d; seconds without a unit. */
public final class Durations {
  private static final long MOST_DAYS = 365;

  private Durations() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with a sentence if it is none
   */
  public static Duration parse(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    if (!word.matches("[0-9]{1,9}[smhd]?")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no time; a time is a number with s, m, h or d, such as 10m.");
    }
    char unit = word.charAt(word.length() - 1);
    long number =
        Long.parseLong(Character.isDigit(unit) ? word : word.substring(0, word.length() - 1));
    Duration duration =
        switch (unit) {
          case 'm' -> Duration.ofMinutes(number);
          case 'h' -> Duration.ofHours(number);
          case 'd' -> Duration.ofDays(number);
          default -> Duration.ofSeconds(number);
        };
    if (duration.toDays() > MOST_DAYS || duration.isZero()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not between a second and " + MOST_DAYS + " days.");
    }
    return duration;
  }
}
