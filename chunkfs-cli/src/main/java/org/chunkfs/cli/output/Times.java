package org.chunkfs.cli.output;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times of files, nanoseconds since 1970, as text in UTC. */
public final class Times {
  private static final DateTimeFormatter SHORT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter LONG =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.nnnnnnnnn 'UTC'").withZone(ZoneOffset.UTC);
  private static final long SECOND = 1_000_000_000;

  private Times() {}

  /** To the minute. */
  public static String minute(long nanos) {
    return SHORT.format(instant(nanos));
  }

  /** To the nanosecond. */
  public static String exact(long nanos) {
    return LONG.format(instant(nanos));
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }
}
