package org.chunkfs.fsck.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport.ChunkLine;
import org.chunkfs.fsck.report.FsckReport.Condition;
import org.jspecify.annotations.Nullable;

/** A line for each chunk of what a check and a repair came to. */
public final class ChunkMap {
  private ChunkMap() {}

  /**
   * The lines, by chunk.
   *
   * @param checked chunks that were looked at
   * @param remaining null if nothing was repaired
   */
  public static List<ChunkLine> of(
      int chunks,
      Map<Integer, ChunkFacts> checked,
      List<Finding> found,
      @Nullable List<Finding> remaining) {
    int[] before = count(chunks, found, null);
    int[] now = count(chunks, remaining == null ? found : remaining, null);
    int[] errors = count(chunks, remaining == null ? found : remaining, Severity.ERROR);
    List<ChunkLine> lines = new ArrayList<>(chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
      ChunkFacts facts = checked.get(chunk);
      long blocks = facts == null ? 0 : facts.blocks();
      lines.add(
          new ChunkLine(
              chunk,
              condition(facts, before[chunk], now[chunk], errors[chunk]),
              blocks,
              facts == null ? 0 : facts.blocksUsed(),
              before[chunk],
              now[chunk]));
    }
    return lines;
  }

  private static Condition condition(@Nullable ChunkFacts facts, int before, int now, int errors) {
    if (errors > 0) {
      return Condition.DAMAGED;
    }
    if (now > 0) {
      return Condition.WARNING;
    }
    if (facts != null && facts.skipped()) {
      return facts.blocks() == 0 ? Condition.UNUSED : Condition.SKIPPED;
    }
    if (facts == null || !facts.known()) {
      return Condition.UNKNOWN;
    }
    if (before > 0) {
      return Condition.REPAIRED;
    }
    return facts.blocks() == 0 ? Condition.UNUSED : Condition.SOUND;
  }

  private static int[] count(int chunks, List<Finding> findings, @Nullable Severity only) {
    int[] counts = new int[chunks];
    for (Finding finding : findings) {
      Severity severity = finding.problem().severity();
      if (finding.chunk() >= 0
          && finding.chunk() < chunks
          && (only == null ? severity != Severity.NOTE : severity == only)) {
        counts[finding.chunk()]++;
      }
    }
    return counts;
  }
}
