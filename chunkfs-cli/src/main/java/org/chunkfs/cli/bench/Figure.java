package org.chunkfs.cli.bench;

import java.util.Arrays;

/**
 * One thing that was measured.
 *
 * @param name what
 * @param unit of the numbers
 * @param atLeast whether the goal is a least value; else it is a largest one
 * @param goal the value to reach, or not to exceed
 * @param measured the median of the rounds
 * @param rounds what each round came to
 * @param beside what it is to be compared with, empty if nothing
 */
public record Figure(
    String name,
    String unit,
    boolean atLeast,
    double goal,
    double measured,
    double[] rounds,
    String beside) {

  /** A figure that should be {@code goal} or more. */
  static Figure atLeast(String name, String unit, double goal, double[] rounds, String beside) {
    return new Figure(name, unit, true, goal, median(rounds), rounds, beside);
  }

  /** A figure that should be {@code goal} or less. */
  static Figure atMost(String name, String unit, double goal, double[] rounds, String beside) {
    return new Figure(name, unit, false, goal, median(rounds), rounds, beside);
  }

  static double median(double[] rounds) {
    double[] sorted = rounds.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** Whether the goal was reached. */
  public boolean reached() {
    return atLeast ? measured >= goal : measured <= goal;
  }
}
