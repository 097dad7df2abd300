package org.chunkfs.cli.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.output.Names;

/**
 * The records of a PAX header, {@code length key=value\n}. Values are bytes: extended attributes
 * are not text, and names need not be.
 */
final class Pax {
  static final String XATTR = "SCHILY.xattr.";
  private static final long SECOND = 1_000_000_000;

  private Pax() {}

  /** Reads records in their order; {@code GNU.sparse.offset} may be there many times. */
  static List<Map.Entry<String, byte[]>> parse(byte[] bytes) throws IOException {
    List<Map.Entry<String, byte[]>> records = new ArrayList<>();
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int space = at;
      int length = 0;
      while (space < bytes.length
          && bytes[space] >= '0'
          && bytes[space] <= '9'
          && length < 1 << 27) {
        length = length * 10 + (bytes[space++] - '0');
      }
      int end = at + length;
      int equals = space + 1;
      while (equals < bytes.length && bytes[equals] != '=') {
        equals++;
      }
      if (space >= bytes.length
          || bytes[space] != ' '
          || end > bytes.length
          || end <= equals
          || bytes[end - 1] != '\n') {
        throw new IOException("the tar archive is damaged: a PAX record makes no sense");
      }
      String key = Names.raw(Arrays.copyOfRange(bytes, space + 1, equals));
      records.add(Map.entry(key, Arrays.copyOfRange(bytes, equals + 1, end - 1)));
      at = end;
    }
    return records;
  }

  static void add(ByteArrayOutputStream out, String key, byte[] value) {
    byte[] rawKey = Names.bytes(key);
    int rest = rawKey.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    out.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(rawKey);
    out.write('=');
    out.writeBytes(value);
    out.write('\n');
  }

  static void add(ByteArrayOutputStream out, String key, String raw) {
    add(out, key, Names.bytes(raw));
  }

  /** Nanoseconds since 1970 as seconds with a fraction. */
  static String time(long nanos) {
    String sign = nanos < 0 ? "-" : "";
    long whole = nanos / SECOND;
    long fraction = Math.abs(nanos % SECOND);
    String seconds = sign + Math.abs(whole);
    return fraction == 0
        ? seconds
        : (seconds + "." + "%09d".formatted(fraction)).replaceAll("0+$", "");
  }

  /** Reads {@link #time}; what is finer than a nanosecond is dropped. */
  static long time(byte[] text) throws IOException {
    String decimal = Names.raw(text).strip();
    if (!decimal.matches("-?[0-9]{1,11}(\\.[0-9]*)?")) {
      throw new IOException("the tar archive holds the time '" + Names.show(decimal) + "'");
    }
    java.math.BigDecimal nanos =
        new java.math.BigDecimal(decimal.endsWith(".") ? decimal + "0" : decimal)
            .movePointRight(9)
            .setScale(0, java.math.RoundingMode.FLOOR);
    long limit = Long.MAX_VALUE;
    return nanos
        .min(java.math.BigDecimal.valueOf(limit))
        .max(java.math.BigDecimal.valueOf(-limit))
        .longValue();
  }

  static long number(byte[] text) throws IOException {
    String digits = Names.raw(text).strip();
    if (!digits.matches("[0-9]{1,18}")) {
      throw new IOException("the tar archive holds the number '" + Names.show(digits) + "'");
    }
    return Long.parseLong(digits);
  }

  /** An attribute's name in a key: an equals sign would end the key. */
  static String escape(String name) {
    return name.replace("%", "%25").replace("=", "%3D");
  }

  static String unescape(String key) {
    return key.replace("%3D", "=").replace("%25", "%");
  }
}
