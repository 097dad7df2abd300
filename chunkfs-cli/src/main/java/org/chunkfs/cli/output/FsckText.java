package org.chunkfs.cli.output;

import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;

/** A report of fsck as people read it. */
public final class FsckText {
  private FsckText() {}

  /**
   * The whole report, ending with its summary line.
   *
   * @param image what to call the image
   * @param verbose whether notes and repairs are told one by one
   */
  public static String of(FsckReport report, String image, boolean verbose) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : report.findings()) {
      if (verbose || finding.problem().severity() != Severity.NOTE) {
        line(text, finding.toString());
      }
    }
    if (verbose) {
      for (String repair : report.repairs()) {
        line(text, (report.repaired() ? "" : "would ") + repair);
      }
    }
    for (FsckReport.Lost lost : report.losses()) {
      line(
          text,
          "lost: %s, bytes %d to %d"
              .formatted(lost.path(), lost.offset(), lost.offset() + lost.length() - 1));
    }
    for (Finding finding : report.remaining()) {
      if (finding.problem().severity() != Severity.NOTE) {
        line(text, "not repaired: " + finding);
      }
    }
    line(text, report.summary(image));
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    // Names in an image may be anything: nothing of them reaches a terminal as it is.
    line.codePoints().forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    text.append('\n');
  }
}
