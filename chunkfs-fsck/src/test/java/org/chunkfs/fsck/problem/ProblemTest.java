package org.chunkfs.fsck.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ProblemTest {
  private static final Path PAGE = Path.of("docs", "problems.md");

  @Test
  void numbersAreUniqueAndInOrder() {
    int[] numbers = Arrays.stream(Problem.values()).mapToInt(Problem::number).toArray();
    for (int i = 1; i < numbers.length; i++) {
      assertThat(numbers[i]).isGreaterThan(numbers[i - 1]);
    }
  }

  @Test
  void notesAreNeverCalledDamage() {
    Findings findings = new Findings(0);
    findings.add(Problem.JOURNAL_TORN, 1, "torn");
    assertThat(findings.anyWrong()).isFalse();
    findings.add(Problem.HEADERS_LOST);
    assertThat(findings.anyWrong()).isTrue();
    assertThat(findings.list().getFirst().toString())
        .isEqualTo("[211] chunk 0: the journal has a torn or damaged record at 1: torn");
  }

  /** To bring the page up to date: run with -Dchunkfs.docs.write=true. */
  @Test
  void thePageIsUpToDate() throws IOException {
    if (Boolean.getBoolean("chunkfs.docs.write")) {
      Files.writeString(PAGE, ProblemDocs.markdown());
    }
    assertThat(Files.readString(PAGE)).isEqualTo(ProblemDocs.markdown());
  }
}
