package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Scope;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden cases, served: a check of the volume finds what a check of the image does, and a
 * repair brings it in order.
 */
final class GoldenOnlineTest {
  /** What is about where a journal ends, which an opening has decided. */
  private static final Set<Problem> HISTORY =
      Set.of(
          Problem.JOURNAL,
          Problem.JOURNAL_STABLE,
          Problem.JOURNAL_TORN,
          Problem.JOURNAL_ENTRY,
          Problem.COMMIT_INCOMPLETE,
          Problem.COMMIT_LOST,
          Problem.COMMIT_MISSING,
          Problem.VOLUME_RECORD_BEHIND,
          Problem.RING_MAP_BIT,
          Problem.RING_MAP_CUT);

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void servedAndNotAreTheSame(GoldenCase one, @TempDir Path work) throws IOException {
    List<Path> members = one.given(GoldenFiles.unpack(one.image(), work));
    try (Image image = one.open(members, Mode.READ_ONLY, -1)) {
      List<Finding> offline =
          Fsck.check(
                  image, FsckOptions.check().withBootId(one.boot()).withThreads(1), Progress.NONE)
              .findings();
      try (Volume volume =
          Volume.open(image, VolumeOptions.defaults().withReadOnly(true), one.boot())) {
        List<Finding> online =
            OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE).findings();
        Set<Integer> journals = journals(offline);
        journals.addAll(journals(online));
        assertThat(verdict(online, journals)).isEqualTo(verdict(offline, journals));
      }
    } catch (ImageException e) {
      assertThat(e.kind()).isNotNull(); // it cannot be served
    }
  }

  /**
   * What can be served can be repaired while it is, and is in order afterwards for a check of the
   * image.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void whatIsServedCanBeRepaired(GoldenCase one, @TempDir Path work) throws IOException {
    List<Path> members = GoldenFiles.unpack(one.image(), work);
    assumeThat(one.given(members)).isEqualTo(members); // else no repair comes to an end
    assumeThat(one.settings()).doesNotContainKeys("cut", "unreadable");
    FsckOptions repair =
        FsckOptions.repair(GoldenBases.NOW.toEpochMilli() * 1_000_000).withData(true);
    VolumeOptions options = VolumeOptions.defaults().withFenced(VolumeOptions.FencedPolicy.FAIL);
    List<Finding> before = List.of();
    try (Image image = one.open(members, Mode.READ_WRITE, -1);
        Volume volume = Volume.open(image, options, one.boot())) {
      FsckReport report = OnlineFsck.run(volume, repair, Progress.NONE);
      before = report.findings();
      assertThat(report.clean()).as("%s%n%s", before, report.remaining()).isTrue();
    } catch (ImageException e) {
      assertThat(e.kind()).isNotNull(); // it cannot be served
      return;
    }
    try (Image image = one.open(members, Mode.READ_ONLY, -1)) {
      FsckReport after =
          Fsck.check(
              image, FsckOptions.check().withBootId(one.boot()).withThreads(1), Progress.NONE);
      assertThat(after.warnings() + after.errors()).as("%s%n%s", before, after.findings()).isZero();
    }
  }

  private static Set<Integer> journals(List<Finding> findings) {
    Set<Integer> chunks = new TreeSet<>();
    findings.stream()
        .filter(finding -> HISTORY.contains(finding.problem()))
        .forEach(finding -> chunks.add(finding.chunk()));
    return chunks;
  }

  /** How often each problem is told of each chunk; without what hangs on where journals end. */
  private static Map<String, Integer> verdict(List<Finding> findings, Set<Integer> journals) {
    Map<String, Integer> verdict = new TreeMap<>();
    for (Finding finding : findings) {
      Problem problem = finding.problem();
      boolean doubtful =
          journals.contains(finding.chunk())
              || !journals.isEmpty() && problem.scope() == Scope.CROSS_CHUNK;
      if (problem.severity() != Severity.NOTE && !doubtful) {
        verdict.merge(finding.chunk() + ": " + problem.number(), 1, Integer::sum);
      }
    }
    return verdict;
  }
}
