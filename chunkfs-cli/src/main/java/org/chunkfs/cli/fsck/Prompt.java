package org.chunkfs.cli.fsck;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.chunkfs.cli.output.FsckText;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.repair.Consent;
import org.jspecify.annotations.Nullable;

/**
 * Asks for each repair: {@code y}, {@code n}, or {@code a} for this and all that follow. The end of
 * the input, and {@code q}, stop everything.
 */
public final class Prompt implements Consent {
  /** Nobody wants to go on. */
  public static final class CancelledException extends java.io.IOException {
    private static final long serialVersionUID = 1L;

    CancelledException() {
      super("stopped; what was repaired until now stays so");
    }
  }

  private final Terminal terminal;
  private final PrintWriter out;
  private boolean all;
  private boolean any;

  public Prompt(Terminal terminal, PrintWriter out) {
    this.terminal = terminal;
    this.out = out;
  }

  @Override
  public boolean may(Unit unit, int chunk, List<Finding> findings) throws CancelledException {
    for (Finding finding : findings) {
      if (finding.problem().severity() != Severity.NOTE) {
        out.println(FsckText.safe(finding.toString()));
      }
    }
    out.flush();
    String question = question(unit, chunk, findings.size());
    while (!all) {
      String answer = terminal.ask(question + " (y)es, (n)o, (a)ll, (q)uit: ");
      Boolean may = meaning(answer);
      if (may != null) {
        any |= may;
        return may;
      }
    }
    out.println(question + " yes");
    any = true;
    return true;
  }

  private @Nullable Boolean meaning(@Nullable String answer) throws CancelledException {
    String word = answer == null ? "q" : answer.strip().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "y", "yes" -> true;
      case "n", "no" -> false;
      case "a", "all" -> {
        all = true;
        yield null;
      }
      case "q", "quit" -> throw new CancelledException();
      default -> null;
    };
  }

  /** Whether anything was allowed. */
  public boolean any() {
    return any;
  }

  private static String question(Unit unit, int chunk, int problems) {
    String these =
        problems == 0
            ? ""
            : " (%d problem%s, together)".formatted(problems, problems == 1 ? "" : "s");
    return switch (unit) {
      case IMAGE -> "Repair the image's own records%s?".formatted(these);
      case CHUNK ->
          problems == 0
              ? "Put chunk %d, which is in order, back into service?".formatted(chunk)
              : "Repair chunk %d%s?".formatted(chunk, these);
      case CROSS -> "Repair what crosses chunks%s?".formatted(these);
    };
  }
}
