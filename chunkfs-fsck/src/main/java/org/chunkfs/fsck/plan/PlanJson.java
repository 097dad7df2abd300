package org.chunkfs.fsck.plan;

import static org.chunkfs.fsck.report.JsonText.list;
import static org.chunkfs.fsck.report.JsonText.string;

import java.util.List;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.report.JsonReport;

/** A plan as JSON; what its fields are and mean is fixed in {@code docs/plan.schema.json}. */
public final class PlanJson {
  /** What the file begins with, so that it is told from an image. */
  public static final String START = "{\"chunkfsPlan\":1,";

  private PlanJson() {}

  /**
   * One object, on one line: all that is needed to make the same plan again.
   *
   * @param options with which it was made
   */
  public static String of(RepairPlan plan, FsckOptions options) {
    return START
        + "\"image\":%s,\"bytes\":%d,\"fingerprint\":%s,\"changes\":%s,"
            .formatted(
                string(plan.imageUuid()),
                plan.imageBytes(),
                string(plan.fingerprint()),
                string(plan.changes()))
        + "\"options\":{\"preen\":%b,\"data\":%b,\"chunks\":%s,\"now\":%d},"
            .formatted(
                options.repair() == FsckOptions.Repair.PREEN,
                options.data(),
                list(List.copyOf(new java.util.TreeSet<>(options.chunks())), String::valueOf),
                options.now())
        + "\"steps\":"
        + list(plan.steps(), PlanJson::step)
        + ",\"cost\":"
        + cost(plan.cost())
        + ",\"outcome\":"
        + JsonReport.of(plan.report())
        + "}";
  }

  private static String step(PlanStep step) {
    return "{\"chunk\":%d,\"newStart\":%b,\"headers\":%d,\"journal\":%d,\"table\":%d,\"body\":%d}"
        .formatted(
            step.chunk(),
            step.newStart(),
            step.headers(),
            step.journal(),
            step.table(),
            step.body());
  }

  private static String cost(PlanCost cost) {
    return "{\"bytesRead\":%d,\"bytesWritten\":%d,\"blocks\":%d,\"writes\":%d,\"flushes\":%d,\"undoBytes\":%d}"
        .formatted(
            cost.bytesRead(),
            cost.bytesWritten(),
            cost.blocks(),
            cost.writes(),
            cost.flushes(),
            cost.undoBytes());
  }
}
