package org.chunkfs.cli.output;

import java.util.List;
import org.chunkfs.fsck.plan.PlanStep;
import org.chunkfs.fsck.plan.RepairPlan;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.Loss;

/**
 * A report of fsck as people read it, and scripts: what each line begins with is described in
 * {@code chunkfs-fsck/docs/fsck.md} and does not change.
 */
public final class FsckText {
  private final StringBuilder text = new StringBuilder();

  private FsckText() {}

  /**
   * The whole report, ending with its summary line.
   *
   * @param image what to call the image
   * @param verbose whether notes and repairs are told one by one
   */
  public static String of(FsckReport report, String image, boolean verbose) {
    FsckText text = new FsckText();
    text.findings(report, verbose);
    return text.outcome(report, image, verbose);
  }

  /** What came of it, when the findings were told before. */
  public static String outcome(String image, FsckReport report, boolean verbose) {
    return new FsckText().outcome(report, image, verbose);
  }

  /** A plan: what was found, what would be done, what it would cost and come to. */
  public static String of(RepairPlan plan, String image, boolean verbose) {
    FsckText text = new FsckText();
    FsckReport report = plan.report();
    text.findings(report, verbose);
    for (PlanStep step : plan.steps()) {
      text.line("would: " + step.text());
    }
    if (verbose) {
      report.repairs().forEach(repair -> text.line("would: " + repair));
    }
    text.losses("would be ", report.losses());
    text.remaining("would not be repaired: ", report.remaining());
    if (!plan.empty()) {
      text.line("would cost: " + plan.cost().text());
    }
    text.line("would be: " + report.summary(image));
    return text.text.toString();
  }

  private void findings(FsckReport report, boolean verbose) {
    for (Finding finding : report.findings()) {
      if (verbose || finding.problem().severity() != Severity.NOTE) {
        line(finding.toString());
      }
    }
  }

  private String outcome(FsckReport report, String image, boolean verbose) {
    if (verbose) {
      report.repairs().forEach(repair -> line("did: " + repair));
    }
    losses("", report.losses());
    remaining("not repaired: ", report.remaining());
    if (report.skipped() > 0) {
      line(
          "skipped: %d chunks, found sound before and not changed since; -f looks into them too"
              .formatted(report.skipped()));
    }
    line(report.summary(image));
    return text.toString();
  }

  private void losses(String before, List<Loss> losses) {
    for (Loss loss : losses) {
      String what = (loss.gone() ? "lost " : "") + loss.what().text();
      String bytes =
          loss.length() == 0
              ? ""
              : ", bytes %d to %d".formatted(loss.offset(), loss.offset() + loss.length() - 1);
      String detail = loss.detail().isEmpty() ? "" : ": " + loss.detail();
      line("%s%s: %s%s%s".formatted(before, what, String.join(" = ", loss.paths()), bytes, detail));
    }
  }

  private void remaining(String before, List<Finding> remaining) {
    for (Finding finding : remaining) {
      if (finding.problem().severity() != Severity.NOTE) {
        line(before + finding);
      }
    }
  }

  private void line(String line) {
    text.append(safe(line)).append('\n');
  }

  /** Names in an image may be anything: nothing of them reaches a terminal as it is. */
  public static String safe(String line) {
    StringBuilder safe = new StringBuilder(line.length());
    line.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return safe.toString();
  }
}
