package org.chunkfs.cli.fsck;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.jspecify.annotations.Nullable;

/**
 * A line that says how far a check has come and how long it will take, and, if it is stopped, what
 * was found up to then and how to go on from there.
 *
 * <p>The time left is reckoned from what is done of the work, by how full chunks are, at the pace
 * so far; it is not told before there is something to go by.
 */
public final class CheckProgress implements Progress {
  private static final long SECOND = 1_000_000_000;
  private static final double ENOUGH = 0.02;

  private final @Nullable PrintWriter line;
  private final LongSupplier nanoTime;
  private final BitSet looked = new BitSet();
  private final List<String> found = new ArrayList<>();
  private long started;
  private double share;
  private int width;

  /**
   * @param line where the line goes; null: it is not wanted
   * @param nanoTime a clock that only moves forward, in nanoseconds
   */
  public CheckProgress(@Nullable PrintWriter line, LongSupplier nanoTime) {
    this.line = line;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
  }

  @Override
  public synchronized void chunk(int chunk, List<Finding> wrong, double shareDone) {
    if (shareDone < share) { // another check of the same run
      looked.clear();
      found.clear();
      started = nanoTime.getAsLong();
    }
    share = shareDone;
    looked.set(chunk);
    wrong.forEach(finding -> found.add(finding.toString()));
  }

  /** The same of a check somewhere else, with what is wrong as text. */
  public synchronized void chunk(int chunk, double shareDone, List<String> wrong) {
    chunk(chunk, List.of(), shareDone);
    found.addAll(wrong);
  }

  @Override
  public synchronized void at(String what, int done, int total) {
    if (line == null) {
      return;
    }
    String text = "%s %d/%d%s".formatted(what, done, total, done == total ? "" : left());
    line.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
    if (done == total) {
      line.println();
    }
    width = done == total ? 0 : text.length();
    line.flush();
  }

  private String left() {
    long now = nanoTime.getAsLong();
    if (share < ENOUGH || now - started < SECOND) {
      return "";
    }
    double seconds = (now - started) / (double) SECOND * (1 - share) / share;
    return String.format(Locale.ROOT, ", %.0f %%, about %s left", share * 100, show(seconds));
  }

  private static String show(double seconds) {
    long whole = Math.max(1, Math.round(seconds));
    return whole < 120
        ? whole + " s"
        : whole < 7200
            ? whole / 60 + " min"
            : "%d h %d min".formatted(whole / 3600, whole % 3600 / 60);
  }

  /**
   * What to tell a user who stops the check.
   *
   * @param wanted chunks that it was to look into
   * @return a line each; the last one says how to go on
   */
  public synchronized List<String> stopped(BitSet wanted) {
    List<String> all = new ArrayList<>(found);
    BitSet left = (BitSet) wanted.clone();
    left.andNot(looked);
    int next = left.nextSetBit(0);
    all.add(
        next < 0
            ? "stopped when all chunks had been looked into, before what they say of each other"
            : "stopped; go on with --chunk %d- (what chunks say of each other needs all)"
                .formatted(next));
    return all;
  }
}
