package org.chunkfs.core.sim.fingerprint;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The entries of a fingerprint that was taken before, as its document has them. */
final class Documented {
  private static final Pattern BAR = Pattern.compile(" ?\\| ?");

  private final Map<List<String>, String> signs = new HashMap<>();

  /** Reads {@link FingerprintTable#markdown()}; what is no entry of a table is passed over. */
  Documented(String markdown) {
    String fault = "";
    for (String line : markdown.lines().toList()) {
      if (line.startsWith("## ")) {
        fault = line.substring(3);
      } else if (line.startsWith("| ") && !line.startsWith("| |") && !fault.isEmpty()) {
        List<String> row = Arrays.asList(BAR.split(line, -1));
        for (Operation operation : Operation.values()) {
          int column = operation.ordinal() + 2;
          if (column < row.size()) {
            signs.put(List.of(fault, row.get(1), operation.title()), row.get(column));
          }
        }
      }
    }
  }

  /** What it says of an entry, or null if it has no such entry. */
  @Nullable String sign(FaultClass fault, Place place, Operation operation) {
    return signs.get(List.of(fault.heading(), place.title(), operation.title()));
  }
}
