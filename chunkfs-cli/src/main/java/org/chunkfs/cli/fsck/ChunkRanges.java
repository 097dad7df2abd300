package org.chunkfs.cli.fsck;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chunks as a user names them: {@code 3}, {@code 5-9}, or {@code 12-} for 12 and all after it. */
public final class ChunkRanges {
  private static final Pattern WORD = Pattern.compile("(\\d{1,9})(-(\\d{1,9})?)?");

  private final List<Range> ranges = new ArrayList<>();

  private record Range(int from, int to) {}

  private ChunkRanges() {}

  /**
   * Reads words.
   *
   * @throws IllegalArgumentException if one of them names no chunks; its message is for users
   */
  public static ChunkRanges of(List<String> words) {
    ChunkRanges all = new ChunkRanges();
    for (String word : words) {
      Matcher parts = WORD.matcher(word);
      if (!parts.matches()) {
        throw new IllegalArgumentException(
            "'%s' names no chunks; 3, 5-9 and 12- do.".formatted(word));
      }
      int from = Integer.parseInt(parts.group(1));
      int to =
          parts.group(2) == null
              ? from
              : parts.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(parts.group(3));
      if (to < from) {
        throw new IllegalArgumentException(
            "'%s' names no chunks: %d is before %d.".formatted(word, to, from));
      }
      all.ranges.add(new Range(from, to));
    }
    return all;
  }

  /**
   * Which those are of an image with so many chunks; nothing if nothing was named.
   *
   * @throws IllegalArgumentException if one of them does not exist; its message is for users
   */
  public Set<Integer> in(int chunks) {
    Set<Integer> all = new TreeSet<>();
    for (Range range : ranges) {
      boolean open = range.to == Integer.MAX_VALUE;
      if (range.from >= chunks || !open && range.to >= chunks) {
        throw new IllegalArgumentException(
            "There is no chunk %d; the image has chunks 0 to %d."
                .formatted(range.from >= chunks ? range.from : range.to, chunks - 1));
      }
      for (int chunk = range.from; chunk <= Math.min(range.to, chunks - 1); chunk++) {
        all.add(chunk);
      }
    }
    return all;
  }
}
