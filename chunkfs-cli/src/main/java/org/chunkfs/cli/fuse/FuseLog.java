package org.chunkfs.cli.fuse;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a server says what went wrong, one line each, and a stack trace where it is our own
 * mistake. A failing device makes the same complaint thousands of times a second, so past a few a
 * second they are only counted.
 */
public final class FuseLog {
  private static final int LINES_PER_SECOND = 10;

  private final PrintStream out;
  private long second;
  private int lines;
  private long dropped;

  public FuseLog(PrintStream out) {
    this.out = out;
  }

  /** Writes one line, with the time; {@code thrown} adds its stack trace. */
  public synchronized void problem(@Nullable String message, @Nullable Throwable thrown) {
    Instant now = Instant.now();
    if (now.getEpochSecond() != second) {
      second = now.getEpochSecond();
      lines = 0;
      if (dropped > 0) {
        out.println(now.truncatedTo(ChronoUnit.MILLIS) + " (" + dropped + " more like these)");
        dropped = 0;
      }
    }
    if (lines >= LINES_PER_SECOND) {
      dropped++;
      return;
    }
    lines++;
    out.println(now.truncatedTo(ChronoUnit.MILLIS) + " " + message);
    if (thrown != null) {
      thrown.printStackTrace(out);
    }
  }
}
