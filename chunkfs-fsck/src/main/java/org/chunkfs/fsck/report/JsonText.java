package org.chunkfs.fsck.report;

import java.util.List;
import java.util.function.Function;

/** Pieces of JSON. */
public final class JsonText {
  private JsonText() {}

  /** An array. */
  public static <T> String list(List<T> of, Function<T, String> one) {
    StringBuilder all = new StringBuilder("[");
    for (T each : of) {
      all.append(all.length() > 1 ? "," : "").append(one.apply(each));
    }
    return all.append(']').toString();
  }

  /** A string. */
  public static String string(String text) {
    StringBuilder all = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        all.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
        all.append("\\u%04x".formatted((int) c));
      } else {
        all.append(c);
      }
    }
    return all.append('"').toString();
  }
}
