package org.chunkfs.fsck.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Finding;

/** A report as JSON; the names of the fields are stable. */
public final class JsonReport {
  private JsonReport() {}

  /** One object, on one line. */
  public static String of(FsckReport report) {
    return "{\"clean\":%b,\"repaired\":%b,\"notes\":%d,\"warnings\":%d,\"errors\":%d,"
            .formatted(
                report.clean(),
                report.repaired(),
                report.notes(),
                report.warnings(),
                report.errors())
        + "\"chunks\":%d,\"chunksUsed\":%d,\"inodes\":%d,\"blocks\":%d,\"blocksUsed\":%d,"
            .formatted(
                report.chunks(),
                report.chunksUsed(),
                report.inodes(),
                report.blocks(),
                report.blocksUsed())
        + "\"findings\":"
        + list(report.findings(), JsonReport::finding)
        + ",\"repairs\":"
        + list(report.repairs(), JsonReport::string)
        + ",\"remaining\":"
        + list(report.remaining(), JsonReport::finding)
        + ",\"lost\":"
        + list(report.losses(), JsonReport::lost)
        + "}";
  }

  private static <T> String list(List<T> of, Function<T, String> one) {
    StringBuilder all = new StringBuilder("[");
    for (T each : of) {
      all.append(all.length() > 1 ? "," : "").append(one.apply(each));
    }
    return all.append(']').toString();
  }

  private static String finding(Finding finding) {
    StringBuilder all = new StringBuilder("{\"number\":").append(finding.problem().number());
    all.append(",\"problem\":").append(string(finding.problem().name()));
    all.append(",\"scope\":").append(lower(finding.problem().scope().name()));
    all.append(",\"severity\":").append(lower(finding.problem().severity().name()));
    if (finding.chunk() >= 0) {
      all.append(",\"chunk\":").append(finding.chunk());
    }
    if (finding.block() >= 0) {
      all.append(",\"block\":").append(finding.block());
    }
    if (finding.inode() >= 0) {
      all.append(",\"inode\":").append(finding.inode());
    }
    return all.append(",\"message\":").append(string(finding.message())).append('}').toString();
  }

  private static String lost(FsckReport.Lost lost) {
    return "{\"path\":%s,\"inode\":%d,\"inodePlace\":%s,\"offset\":%d,\"length\":%d}"
        .formatted(
            string(lost.path()),
            lost.inode(),
            string(Ino.show(lost.inode())),
            lost.offset(),
            lost.length());
  }

  private static String lower(String name) {
    return string(name.toLowerCase(Locale.ROOT));
  }

  private static String string(String text) {
    StringBuilder all = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        all.append('\\').append(c);
      } else if (c < 0x20) {
        all.append("\\u%04x".formatted((int) c));
      } else {
        all.append(c);
      }
    }
    return all.append('"').toString();
  }
}
