package org.chunkfs.cli.output;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A line on a terminal that says how far long work has come; without a terminal it says nothing.
 * For one thread.
 */
public final class Progress implements AutoCloseable {
  private static final long EVERY_NANOS = 100_000_000;
  private static final int BAR = 24;

  private final @Nullable PrintWriter out;
  private final LongSupplier nanoTime;
  private final String what;
  private final long total;
  private final long started;
  private long shown;
  private long items;
  private long bytes;
  private int width;

  /**
   * @param out where to show it, null for nowhere
   * @param nanoTime a clock that only moves forward, in nanoseconds
   * @param what a word or two in front
   * @param total how many bytes there are to do, 0 when unknown
   */
  public Progress(@Nullable PrintWriter out, LongSupplier nanoTime, String what, long total) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.what = what;
    this.total = total;
    this.started = nanoTime.getAsLong();
    this.shown = started;
  }

  /** Progress on the user's terminal, if there is one. */
  public static Progress onTerminal(PrintWriter err, String what, long total) {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    return new Progress(terminal ? err : null, System::nanoTime, what, total);
  }

  /** Progress that is not shown. */
  public static Progress none() {
    return new Progress(null, () -> 0, "", 0);
  }

  /** One more file, or whatever is counted. */
  public void item() {
    items++;
    show(false);
  }

  public void bytes(long more) {
    bytes += more;
    show(false);
  }

  private void show(boolean always) {
    long now = nanoTime.getAsLong();
    if (out == null || !always && now - shown < EVERY_NANOS) {
      return;
    }
    shown = now;
    double seconds = Math.max(1e-3, (now - started) / 1e9);
    StringBuilder line = new StringBuilder(what).append(' ');
    if (total > 0) {
      double part = Math.min(1, (double) bytes / total);
      int full = (int) (part * BAR);
      line.append('[').append("#".repeat(full)).append("-".repeat(BAR - full));
      line.append(String.format(Locale.ROOT, "] %3.0f%% ", part * 100));
    }
    line.append("%,d files, %s, %s/s".formatted(items, Sizes.show(bytes), rate(seconds)));
    int length = line.length();
    line.append(" ".repeat(Math.max(0, width - length)));
    width = length;
    out.print("\r" + line);
    out.flush();
  }

  private String rate(double seconds) {
    return Sizes.show((long) (bytes / seconds));
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (out != null && width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      out.flush();
    }
  }
}
