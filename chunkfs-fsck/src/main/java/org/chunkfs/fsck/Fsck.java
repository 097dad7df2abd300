package org.chunkfs.fsck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.plan.RepairPlan;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.ImageRepair;
import org.chunkfs.fsck.repair.Inventory;
import org.chunkfs.fsck.repair.Repairer;
import org.chunkfs.fsck.report.ChunkMap;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.Loss;
import org.chunkfs.fsck.report.Losses;
import org.chunkfs.fsck.report.Paths;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.HistoryScan;

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
    return switch (options.repair()) {
      case NO -> check(image, options, progress);
      case PREEN -> repair(image, options, progress, Fsck::safe);
      case YES -> repair(image, options, progress, Consent.ALL);
    };
  }

  /**
   * Checks an image, and repairs what somebody consents to.
   *
   * @throws IOException as {@link #repair(Image, FsckOptions, Progress)}, and what {@code consent}
   *     throws
   */
  public static FsckReport repair(
      Image image, FsckOptions options, Progress progress, Consent consent) throws IOException {
    ImageCheck.Result first = ImageCheck.run(image, options.forCheck(), progress);
    boolean needed =
        first.findings().anyRepairable() || first.findings().count(Problem.CHUNK_OUT) > 0;
    boolean preen = options.repair() == FsckOptions.Repair.PREEN;
    if (!needed || preen && first.findings().count(Problem.MEMBER_MISSING) > 0) {
      note(image, options, first);
      return report(image, first, List.of(), false, List.of());
    }
    Inventory[] before = new Inventory[1];
    Set<Integer> reach = reach(first);
    // Damage speaks of any number; and of a missing member nothing is lost.
    reach.removeIf(chunk ->
        chunk >= image.layout().chunks()
            || !new ChunkReader(image.device(), image.layout(), chunk).present());
    Consent watched =
        (unit, chunk, findings) -> {
          boolean may = consent.may(unit, chunk, findings);
          if (may && before[0] == null) {
            before[0] = Inventory.take(image, first, reach);
          }
          return may;
        };
    Repairer.Result done =
        new Repairer(image, options.forCheck().ofAll(), progress, watched, options.now())
            .run(first);
    if (!done.wrote() || before[0] == null) {
      return report(image, first, List.of(), false, List.of());
    }
    note(image, options, done.last());
    List<Loss> losses = new ArrayList<>();
    losses.addAll(
        Losses.between(
            before[0], Inventory.take(image, done.last(), reach), image.layout().root()));
    losses.addAll(losses(image, done.last().facts()));
    return report(
        image,
        first.findings(),
        checked(done.last()),
        done.log(),
        true,
        done.last().findings().list(),
        losses);
  }

  /** Notes that all chunks were found sound, if they were. */
  private static void note(Image image, FsckOptions options, ImageCheck.Result result)
      throws IOException {
    HistoryScan history = result.history();
    VolumeState state = result.image().state();
    boolean all =
        options.earlier() != FsckOptions.Earlier.IGNORE
            && result.facts().values().stream().allMatch(f -> f.known() || f.skipped());
    if (!all || result.findings().anyWrong() || history == null || state == null) {
      return;
    }
    long lastG = history.lastG();
    if (lastG > state.sound().lastG()) {
      image.device().flush(); // what was looked at must not be lost with the power
      new ImageRepair(image)
          .record(state.found(new VolumeState.Sound(lastG, options.now())).successor());
    }
  }

  /**
   * What {@link #repair(Image, FsckOptions, Progress)} would do, found by doing it in memory; the
   * image is only read.
   *
   * @param options what to repair; with {@link FsckOptions.Repair#NO} everything is planned for
   * @throws IOException as a repair
   */
  public static RepairPlan plan(Image image, FsckOptions options, Progress progress)
      throws IOException {
    FsckOptions planned =
        options.repair() == FsckOptions.Repair.NO
            ? options.withRepair(FsckOptions.Repair.YES)
            : options;
    return RepairPlan.of(image, draft -> repair(draft, planned, progress));
  }

  /** What preening may repair: nothing can be lost by it. */
  static boolean safe(Consent.Unit unit, int chunk, List<Finding> findings) {
    return findings.stream()
        .allMatch(f -> f.problem().preen() || f.problem().severity() == Severity.NOTE);
  }

  private static Set<Integer> reach(ImageCheck.Result first) {
    Set<Integer> damaged = new TreeSet<>();
    for (Finding finding : first.findings().list()) {
      if (finding.chunk() >= 0
          && (finding.problem().severity() != Severity.NOTE
              || finding.problem() == Problem.CHUNK_OUT)) {
        damaged.add(finding.chunk());
      }
    }
    Map<Integer, Set<Integer>> neighbours = new TreeMap<>();
    first.facts().forEach((chunk, facts) -> neighbours.put(chunk, facts.neighbours()));
    return Losses.reach(damaged, neighbours);
  }

  private static Map<Integer, ChunkFacts> checked(ImageCheck.Result result) {
    Map<Integer, ChunkFacts> facts = new TreeMap<>(result.facts());
    facts.values().removeIf(of -> !of.skipped() && !result.byChunk().containsKey(of.chunk()));
    return facts;
  }

  private static FsckReport report(
      Image image,
      ImageCheck.Result result,
      List<String> repairs,
      boolean repaired,
      List<Finding> remaining) {
    return report(image, result.findings(), checked(result), repairs, repaired, remaining);
  }

  private static FsckReport report(
      Image image,
      Findings findings,
      Map<Integer, ChunkFacts> checked,
      List<String> repairs,
      boolean repaired,
      List<Finding> remaining) {
    return report(image, findings, checked, repairs, repaired, remaining, losses(image, checked));
  }

  static FsckReport report(
      Image image,
      Findings findings,
      Map<Integer, ChunkFacts> checked,
      List<String> repairs,
      boolean repaired,
      List<Finding> remaining,
      List<Loss> losses) {
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
        losses,
        checked.size(),
        chunksUsed,
        inodes,
        blocks,
        used,
        ChunkMap.of(
            image.layout().chunks(), checked, findings.list(), repaired ? remaining : null));
  }

  static List<Loss> losses(Image image, Map<Integer, ChunkFacts> facts) {
    Paths paths = new Paths(facts, image.layout().root());
    List<Loss> lost = new ArrayList<>();
    for (ChunkFacts of : facts.values()) {
      Map<Long, TreeSet<Long>> byFile = new TreeMap<>();
      for (ChunkFacts.Loss loss : of.losses()) {
        byFile.computeIfAbsent(loss.inode(), _ -> new TreeSet<>()).add(loss.logical());
      }
      byFile.forEach(
          (inode, blocks) -> lost.addAll(Losses.damaged(paths.of(inode), inode, blocks)));
    }
    return lost;
  }
}
