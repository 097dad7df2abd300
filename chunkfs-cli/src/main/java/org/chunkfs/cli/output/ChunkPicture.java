package org.chunkfs.cli.output;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** A picture of an image's chunks: a cell for each, 64 to a row. */
public final class ChunkPicture {
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final String DIGITS = "01234567";
  private static final int CELLS = 64;

  private final boolean unicode;
  private final boolean colours;

  /**
   * @param unicode whether the terminal can show the bars
   * @param colours whether it can show colours
   */
  public ChunkPicture(boolean unicode, boolean colours) {
    this.unicode = unicode;
    this.colours = colours;
  }

  /**
   * The picture.
   *
   * @param chunks the chunks of a status
   */
  public String draw(JsonNode chunks) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < chunks.size(); i++) {
      if (i % CELLS == 0) {
        rows.append(i == 0 ? "" : "\n").append(String.format(Locale.ROOT, "%7d  ", i));
      }
      rows.append(painted(cell(chunks.get(i))));
    }
    return rows.toString();
  }

  /** What the cells mean. */
  public String legend() {
    String bars = unicode ? BARS.charAt(0) + "-" + BARS.charAt(7) : "0-7";
    return "         "
        + bars
        + " how full   . unused   s suspect   F fenced   C checking   R repairing"
        + "   r read-only   M missing";
  }

  /** How full it is, or a letter for what is the matter. */
  private char cell(JsonNode chunk) {
    long blocks = Math.max(1, chunk.path("blocks").asLong(1));
    long used = blocks - chunk.path("blocksFree").asLong(0);
    return switch (chunk.path("state").asString("")) {
      case "online" -> (unicode ? BARS : DIGITS).charAt(Math.clamp(used * 8 / blocks, 0, 7));
      case "unused" -> '.';
      case "suspect" -> 's';
      case "fenced" -> 'F';
      case "checking" -> 'C';
      case "repairing" -> 'R';
      case "read-only" -> 'r';
      case "missing" -> 'M';
      case "damaged" -> 'D';
      default -> '?';
    };
  }

  private String painted(char cell) {
    if (!colours || cell == '.') {
      return Character.toString(cell);
    }
    int colour =
        switch (cell) {
          case 's', 'r', 'C', 'R' -> 33; // yellow: something is being done
          case 'F', 'M', 'D', '?' -> 31; // red: out of service
          default -> 32; // green
        };
    return "\033[" + colour + "m" + cell + "\033[0m";
  }
}
