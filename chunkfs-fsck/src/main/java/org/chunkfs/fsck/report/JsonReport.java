package org.chunkfs.fsck.report;

import static org.chunkfs.fsck.report.JsonText.list;
import static org.chunkfs.fsck.report.JsonText.string;

import java.util.Locale;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Finding;

/** A report as JSON; what its fields are and mean is fixed in {@code docs/report.schema.json}. */
public final class JsonReport {
  private JsonReport() {}

  /** One object, on one line. */
  public static String of(FsckReport report) {
    return "{" + fields(report) + "}";
  }

  /** The fields, without braces. */
  public static String fields(FsckReport report) {
    return "\"clean\":%b,\"repaired\":%b,\"notes\":%d,\"warnings\":%d,\"errors\":%d,"
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
        + list(report.repairs(), JsonText::string)
        + ",\"remaining\":"
        + list(report.remaining(), JsonReport::finding)
        + ",\"lost\":"
        + list(report.losses(), JsonReport::lost)
        + ",\"map\":"
        + list(report.map(), JsonReport::chunk);
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

  private static String lost(Loss loss) {
    return "{\"what\":%s,\"inode\":%d,\"inodePlace\":%s,\"paths\":%s,\"offset\":%d,\"length\":%d,\"detail\":%s}"
        .formatted(
            string(loss.what().text()),
            loss.inode(),
            string(Ino.show(loss.inode())),
            list(loss.paths(), JsonText::string),
            loss.offset(),
            loss.length(),
            string(loss.detail()));
  }

  private static String chunk(FsckReport.ChunkLine line) {
    return "{\"chunk\":%d,\"condition\":%s,\"blocks\":%d,\"blocksUsed\":%d,\"findings\":%d,\"remaining\":%d}"
        .formatted(
            line.chunk(),
            string(line.condition().text()),
            line.blocks(),
            line.blocksUsed(),
            line.findings(),
            line.remaining());
  }

  private static String lower(String name) {
    return string(name.toLowerCase(Locale.ROOT));
  }
}
