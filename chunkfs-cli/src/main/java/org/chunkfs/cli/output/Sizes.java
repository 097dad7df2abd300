package org.chunkfs.cli.output;

import java.util.Locale;

/** Sizes in bytes as people write them: a number and perhaps K, M, G or T (powers of 1024). */
public final class Sizes {
  private static final String UNITS = "KMGT";

  private Sizes() {}

  /**
   * Reads a size such as {@code 4096}, {@code 64M} or {@code 1.5G}; {@code MiB} and {@code MB} are
   * taken for {@code M}.
   *
   * @throws IllegalArgumentException with a sentence if it is none
   */
  public static long parse(String text) {
    String number = text.strip().toUpperCase(Locale.ROOT);
    if (number.endsWith("IB")) {
      number = number.substring(0, number.length() - 2);
    } else if (number.endsWith("B")) {
      number = number.substring(0, number.length() - 1);
    }
    long unit = 1;
    if (!number.isEmpty()) {
      int power = UNITS.indexOf(number.charAt(number.length() - 1));
      if (power >= 0) {
        unit = 1L << 10 * (power + 1);
        number = number.substring(0, number.length() - 1);
      }
    }
    if (!number.matches("[0-9]{1,19}(\\.[0-9]{1,6})?")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no size; a size is a number of bytes, or one with K, M, G or T.");
    }
    java.math.BigDecimal bytes =
        new java.math.BigDecimal(number).multiply(java.math.BigDecimal.valueOf(unit));
    if (bytes.compareTo(java.math.BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("'" + text + "' is larger than any image can be.");
    }
    return bytes.longValue();
  }

  /** A size for people: three digits or so and a unit. */
  public static String show(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int power = -1;
    while (value >= 1024 && power < UNITS.length() - 1) {
      value /= 1024;
      power++;
    }
    String digits =
        value == Math.rint(value)
            ? Long.toString((long) value)
            : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    return digits + " " + UNITS.charAt(power) + "iB";
  }
}
