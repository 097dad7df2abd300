package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.chunkfs.fsck.problem.Problem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden cases: fsck says of each image in testdata what it has always said, and the second
 * time that all is well.
 *
 * <p>After a message was changed, or a case was added: run with {@code -Dchunkfs.golden=write}. It
 * makes the images that are missing and writes what fsck says now; look at the difference. {@code
 * -Dchunkfs.golden.kill=all} cuts the repair of every case at every write, for minutes.
 */
final class GoldenTest {
  private static final int LEAST = 120;

  @BeforeAll
  static void write() throws IOException {
    if ("write".equals(System.getProperty("chunkfs.golden"))) {
      GoldenMaker.main(new String[0]);
    }
  }

  static List<GoldenCase> cases() throws IOException {
    return GoldenCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void twice(GoldenCase one, @TempDir Path work) throws IOException {
    List<Path> members = GoldenFiles.unpack(one.image(), work);
    assertThat(one.run(work, members, false)).isEqualTo(Files.readString(one.expected(false)));
    String second = one.run(work, members, true);
    assertThat(second).isEqualTo(Files.readString(one.expected(true)));
    assertThat(second).endsWith("exit " + one.secondExit() + "\n");
  }

  @Test
  void noProblemIsWithoutACase() throws IOException {
    Set<Integer> covered = new TreeSet<>();
    for (GoldenCase one : cases()) {
      covered.addAll(one.problems());
    }
    Set<Problem> left = EnumSet.allOf(Problem.class);
    left.removeIf(problem -> covered.contains(problem.number()));
    assertThat(left).isEmpty();
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(LEAST);
  }

  /** Every script still makes the image that is kept, so that a reader can follow it. */
  @Test
  void scriptsMakeTheImages(@TempDir Path work) throws IOException {
    List<GoldenCase> all = cases();
    for (int i = 0; i < all.size(); i += 8) {
      GoldenCase one = all.get(i);
      Path built = Files.createDirectory(work.resolve("built" + i));
      Path kept = Files.createDirectory(work.resolve("kept" + i));
      List<Path> members = one.build(built);
      List<Path> others = GoldenFiles.unpack(one.image(), kept);
      for (int m = 0; m < members.size(); m++) {
        assertThat(Files.mismatch(members.get(m), others.get(m))).as("%s", one).isEqualTo(-1);
      }
      GoldenFiles.delete(built);
      GoldenFiles.delete(kept);
    }
  }

  @Test
  void allOfItIsSmall() throws IOException {
    try (Stream<Path> files = Files.walk(GoldenFiles.TESTDATA)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      assertThat(bytes).isLessThan(4 << 20);
    }
  }

  /** A few cases in every build. */
  @Test
  void aRepairThatIsCutAnywhereConverges() throws IOException {
    List<GoldenCase> all = cases();
    List<String> broken = new ArrayList<>();
    for (int i = 5; i < all.size(); i += 40) {
      broken.addAll(GoldenKills.run(all.get(i), 7).broken());
    }
    assertThat(broken).isEmpty();
  }

  @Test
  @EnabledIfSystemProperty(named = "chunkfs.golden.kill", matches = "all")
  void everyRepairConvergesWhereverItIsCut(TestReporter reporter) throws IOException {
    List<String> broken = new ArrayList<>();
    int cuts = 0;
    for (GoldenCase one : cases()) {
      GoldenKills.Outcome outcome = GoldenKills.run(one, 1);
      broken.addAll(outcome.broken());
      cuts += outcome.cuts();
    }
    reporter.publishEntry("cuts", Integer.toString(cuts));
    assertThat(broken).isEmpty();
  }
}
