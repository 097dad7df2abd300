package org.chunkfs.cli.output;

import java.io.Console;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * A line on a terminal that is written over by the next one; without a terminal nothing is shown.
 * Safe for many threads.
 */
public final class StatusLine implements AutoCloseable {
  private final @Nullable PrintWriter out;
  private int width; // guarded by this

  /**
   * @param out where to show it, null for nowhere
   */
  public StatusLine(@Nullable PrintWriter out) {
    this.out = out;
  }

  /** A line on the user's terminal, if there is one. */
  public static StatusLine onTerminal(PrintWriter err) {
    Console console = System.console();
    return new StatusLine(console != null && console.isTerminal() ? err : null);
  }

  /** Shows a text in place of the last one. */
  public synchronized void show(String text) {
    if (out != null) {
      out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
      out.flush();
      width = text.length();
    }
  }

  /** Takes the line away. */
  @Override
  public synchronized void close() {
    show("");
    if (out != null) {
      out.print("\r");
      out.flush();
    }
  }
}
