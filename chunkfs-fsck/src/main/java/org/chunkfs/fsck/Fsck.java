package org.chunkfs.fsck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.Paths;

/** Checks and repairs images that nobody has open. */
public final class Fsck {
  private Fsck() {}

  /**
   * Checks an image and changes nothing. Where journals have not been replayed the image is seen as
   * recovery would leave it.
   *
   * @throws IOException only if interrupted: what cannot be read is a finding
   */
  public static FsckReport check(Image image, FsckOptions options, Progress progress)
      throws IOException {
    ImageCheck.Result result = ImageCheck.run(image, options.forCheck(), progress);
    return report(image, result, List.of(), false, List.of());
  }

  /**
   * Checks an image, and repairs what {@code options} allow. The image must be open for writing,
   * and nobody else's.
   *
   * @throws IOException if something cannot be written: running it again goes on from there
   */
  public static FsckReport repair(Image image, FsckOptions options, Progress progress)
      throws IOException {
    ImageCheck.Result first = ImageCheck.run(image, options.forCheck(), progress);
    boolean may =
        switch (options.repair()) {
          case NO -> false;
          case PREEN ->
              first.findings().list().stream()
                  .allMatch(f -> f.problem().preen() || f.problem().severity() == Severity.NOTE);
          case YES -> true;
        };
    boolean needed =
        first.findings().anyRepairable() || first.findings().count(Problem.CHUNK_OUT) > 0;
    if (!may || !needed) {
      return report(image, first, List.of(), false, List.of());
    }
    Repairer.Result done =
        new Repairer(image, options.forCheck(), progress, options.now()).run(first);
    return report(image, first, done.log(), true, done.last().findings().list());
  }

  /**
   * What {@link #repair} would begin with, in words; changes nothing.
   *
   * @throws IOException if interrupted, or if there is no room for a repair
   */
  public static FsckReport plan(Image image, FsckOptions options, Progress progress)
      throws IOException {
    ImageCheck.Result first = ImageCheck.run(image, options.forCheck(), progress);
    List<String> plan =
        first.findings().anyRepairable()
            ? new Repairer(image, options.forCheck(), progress, options.now()).plan(first)
            : List.of();
    return report(image, first, plan, false, List.of());
  }

  private static FsckReport report(
      Image image,
      ImageCheck.Result result,
      List<String> repairs,
      boolean repaired,
      List<Finding> remaining) {
    Map<Integer, ChunkFacts> facts = new TreeMap<>(result.facts());
    facts.keySet().retainAll(result.byChunk().keySet());
    return report(image, result.findings(), facts, repairs, repaired, remaining);
  }

  static FsckReport report(
      Image image,
      Findings findings,
      Map<Integer, ChunkFacts> checked,
      List<String> repairs,
      boolean repaired,
      List<Finding> remaining) {
    long inodes = 0;
    long blocks = 0;
    long used = 0;
    int chunksUsed = 0;
    for (ChunkFacts facts : checked.values()) {
      inodes += facts.inodeCount();
      blocks += facts.blocks();
      used += facts.blocksUsed();
      chunksUsed += facts.blocks() > 0 ? 1 : 0;
    }
    return new FsckReport(
        findings.list(),
        findings.count(Severity.NOTE),
        findings.count(Severity.WARNING),
        findings.count(Severity.ERROR),
        repairs,
        repaired,
        remaining,
        losses(image, checked),
        checked.size(),
        chunksUsed,
        inodes,
        blocks,
        used);
  }

  private static List<FsckReport.Lost> losses(Image image, Map<Integer, ChunkFacts> facts) {
    Paths paths = new Paths(facts, image.layout().root());
    List<FsckReport.Lost> lost = new ArrayList<>();
    for (ChunkFacts of : facts.values()) {
      Map<Long, TreeMap<Long, Integer>> byFile = new TreeMap<>();
      for (ChunkFacts.Loss loss : of.losses()) {
        byFile
            .computeIfAbsent(loss.inode(), _ -> new TreeMap<>())
            .put(loss.logical(), loss.block());
      }
      byFile.forEach((inode, blocks) -> ranges(paths.of(inode), inode, blocks, lost));
    }
    return lost;
  }

  private static void ranges(
      String path, long inode, TreeMap<Long, Integer> blocks, List<FsckReport.Lost> lost) {
    long first = -1;
    long next = -1;
    for (long block : blocks.keySet()) {
      if (block != next) {
        add(path, inode, first, next, lost);
        first = block;
      }
      next = block + 1;
    }
    add(path, inode, first, next, lost);
  }

  private static void add(
      String path, long inode, long first, long next, List<FsckReport.Lost> lost) {
    if (first >= 0) {
      lost.add(
          new FsckReport.Lost(
              path, inode, first * BlockHeader.BLOCK, (next - first) * BlockHeader.BLOCK));
    }
  }
}
