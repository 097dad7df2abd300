package org.chunkfs.fsck.report;

import java.util.List;
import java.util.Locale;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport.ChunkLine;
import org.chunkfs.fsck.report.FsckReport.Condition;

/**
 * A report as one page that needs nothing else: the picture of the chunks, what is lost, the
 * findings by severity, what was done. Light or dark as the reader's system is.
 */
public final class HtmlReport {
  private static final int MOST_CHUNKS = 20_000;

  private static final String STYLE =
      """
      :root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--dim:#57606a;--line:#d0d7de;--card:#f6f8fa;
      --sound:#2da44e;--skipped:#8fc9a0;--unused:#d8dee4;--repaired:#0969da;--warning:#bf8700;--damaged:#cf222e;--unknown:#8250df}
      @media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#8b949e;--line:#30363d;--card:#161b22;
      --sound:#3fb950;--skipped:#4c7a57;--unused:#30363d;--repaired:#58a6ff;--warning:#d29922;--damaged:#f85149;--unknown:#bc8cff}}
      *{box-sizing:border-box}body{margin:0 auto;padding:2rem 1rem;max-width:70rem;background:var(--bg);color:var(--fg);
      font:16px/1.5 system-ui,sans-serif}h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1.1rem;
      margin:2rem 0 .5rem}p{margin:.25rem 0 .75rem}.dim{color:var(--dim)}
      .verdict{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:#fff;font-weight:600}
      .cards{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}.card{background:var(--card);border:1px solid var(--line);
      border-radius:.5rem;padding:.5rem 1rem;min-width:7rem}.card b{display:block;font-size:1.3rem}
      .map{display:flex;flex-wrap:wrap;gap:3px}.c{width:22px;height:22px;border-radius:4px;border:2px solid var(--k);
      background:linear-gradient(to top,var(--k) var(--f),transparent var(--f))}
      .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:.75rem;font-size:.875rem;color:var(--dim)}
      .legend i{display:inline-block;width:12px;height:12px;border-radius:3px;background:var(--k);margin-right:.4rem;
      vertical-align:-1px}.sound{--k:var(--sound)}.skipped{--k:var(--skipped)}.unused{--k:var(--unused)}.repaired{--k:var(--repaired)}
      .warning{--k:var(--warning)}.damaged{--k:var(--damaged)}.unknown{--k:var(--unknown)}
      .verdict.sound,.verdict.repaired,.verdict.damaged{background:var(--k)}
      @media(prefers-color-scheme:dark){.verdict{color:#0d1117}}
      .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.35rem .6rem;
      border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:600}td.n{white-space:nowrap;
      font-variant-numeric:tabular-nums}td.t{overflow-wrap:anywhere}ol{font-size:.9rem;padding-left:2.5rem}
      """;

  private final StringBuilder page = new StringBuilder();

  private HtmlReport() {}

  /**
   * The page.
   *
   * @param image what to call the image
   * @param planned whether the repairs were only planned
   */
  public static String of(FsckReport report, String image, boolean planned) {
    HtmlReport html = new HtmlReport();
    html.head(report, image, planned);
    html.map(report.map());
    html.losses(report.losses(), planned);
    if (report.repaired()) {
      html.findings(
          planned ? "What would be left" : "What is left",
          report.remaining(),
          "Nothing: the check after the repair is clean.");
    }
    html.findings("What was found", report.findings(), "Nothing.");
    html.repairs(report.repairs(), planned);
    return html.page.append("</body></html>\n").toString();
  }

  private void head(FsckReport report, String image, boolean planned) {
    String verdict =
        !report.clean()
            ? "damaged"
            : report.repaired() ? planned ? "repairable" : "repaired" : "clean";
    String colour = !report.clean() ? "damaged" : report.repaired() ? "repaired" : "sound";
    page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        .append("<title>fsck of ")
        .append(text(image))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(text(image))
        .append("</h1>\n<p><span class=\"verdict ")
        .append(colour)
        .append("\">")
        .append(verdict)
        .append("</span> <span class=\"dim\">")
        .append(text(report.summary("chunkfs fsck")))
        .append("</span></p>\n<div class=\"cards\">");
    card(report.errors(), "errors");
    card(report.warnings(), "warnings");
    card(report.notes(), "notes");
    card(report.losses().stream().filter(Loss::gone).count(), "losses");
    card(report.inodes(), "inodes");
    page.append("</div>\n");
  }

  private void card(long number, String of) {
    page.append("<div class=\"card\"><b>")
        .append(number)
        .append("</b>")
        .append(of)
        .append("</div>");
  }

  private void map(List<ChunkLine> map) {
    page.append("<h2>Chunks</h2>\n<div class=\"map\">");
    for (ChunkLine line : map.subList(0, Math.min(map.size(), MOST_CHUNKS))) {
      long full = line.blocks() == 0 ? 0 : 100 * line.blocksUsed() / line.blocks();
      page.append("<div class=\"c ")
          .append(line.condition().text())
          .append("\" style=\"--f:")
          .append(full)
          .append("%\" title=\"chunk ")
          .append(line.chunk())
          .append(": ")
          .append(line.condition().text())
          .append(", ")
          .append(full)
          .append("% full, ")
          .append(line.findings())
          .append(" problems")
          .append("\"></div>");
    }
    page.append("</div>\n");
    if (map.size() > MOST_CHUNKS) {
      page.append("<p class=\"dim\">and ").append(map.size() - MOST_CHUNKS).append(" more</p>\n");
    }
    page.append("<div class=\"legend\">");
    for (Condition condition : Condition.values()) {
      long count = map.stream().filter(l -> l.condition() == condition).count();
      page.append("<span><i class=\"")
          .append(condition.text())
          .append("\"></i>")
          .append(condition.text())
          .append(" ")
          .append(count)
          .append("</span>");
    }
    page.append("<span>filled: how full it is</span></div>\n");
  }

  private void losses(List<Loss> losses, boolean planned) {
    page.append("<h2>").append(planned ? "What would be lost" : "What was lost").append("</h2>\n");
    if (losses.isEmpty()) {
      page.append("<p class=\"dim\">Nothing.</p>\n");
      return;
    }
    page.append(
        "<div class=\"wide\"><table><tr><th>what</th><th>where</th><th>bytes</th><th></th></tr>\n");
    for (Loss loss : losses) {
      page.append("<tr><td class=\"n\">")
          .append(loss.what().text())
          .append("</td><td class=\"t\">")
          .append(text(String.join(" = ", loss.paths())))
          .append("</td><td class=\"n\">")
          .append(
              loss.length() == 0
                  ? ""
                  : "%d to %d".formatted(loss.offset(), loss.offset() + loss.length() - 1))
          .append("</td><td class=\"t\">")
          .append(text(loss.detail()))
          .append("</td></tr>\n");
    }
    page.append("</table></div>\n");
  }

  private void findings(String title, List<Finding> findings, String none) {
    page.append("<h2>").append(title).append("</h2>\n");
    if (findings.stream().allMatch(f -> f.problem().severity() == Severity.NOTE)) {
      page.append("<p class=\"dim\">").append(none).append("</p>\n");
    }
    if (findings.isEmpty()) {
      return;
    }
    page.append(
        "<div class=\"wide\"><table><tr><th></th><th>number</th><th>place</th><th>problem</th></tr>\n");
    for (Severity severity : List.of(Severity.ERROR, Severity.WARNING, Severity.NOTE)) {
      for (Finding finding : findings) {
        if (finding.problem().severity() == severity) {
          row(finding);
        }
      }
    }
    page.append("</table></div>\n");
  }

  private void row(Finding finding) {
    StringBuilder place =
        new StringBuilder(finding.chunk() < 0 ? "image" : "chunk " + finding.chunk());
    place.append(finding.block() < 0 ? "" : ", block " + finding.block());
    place.append(finding.inode() < 0 ? "" : ", inode " + Ino.show(finding.inode()));
    page.append("<tr><td class=\"n\">")
        .append(finding.problem().severity().name().toLowerCase(Locale.ROOT))
        .append("</td><td class=\"n\">")
        .append(finding.problem().number())
        .append("</td><td class=\"n\">")
        .append(place)
        .append("</td><td class=\"t\">")
        .append(text(finding.message()))
        .append("</td></tr>\n");
  }

  private void repairs(List<String> repairs, boolean planned) {
    page.append("<h2>").append(planned ? "What would be done" : "What was done").append("</h2>\n");
    if (repairs.isEmpty()) {
      page.append("<p class=\"dim\">Nothing.</p>\n");
      return;
    }
    page.append("<ol>\n");
    repairs.forEach(repair -> page.append("<li>").append(text(repair)).append("</li>\n"));
    page.append("</ol>\n");
  }

  /** Names in an image may be anything. */
  private static String text(String of) {
    StringBuilder text = new StringBuilder(of.length());
    of.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> text.append("&amp;");
            case '<' -> text.append("&lt;");
            case '>' -> text.append("&gt;");
            case '"' -> text.append("&quot;");
            default -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c);
          }
        });
    return text.toString();
  }
}
