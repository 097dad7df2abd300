package org.chunkfs.fsck.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The programs in the guide are the tests here, to the letter. */
final class ExperimentsDocTest {
  private static final Path DOCUMENT = Path.of("..", "chunkfs-core", "docs", "experiments.md");
  private static final Pattern PROGRAM =
      Pattern.compile("(<!-- program: (\\w+) -->\\n```java\\n)(.*?)(```\\n)", Pattern.DOTALL);
  private static final String REGENERATE =
      "mvn -q -Dfast -pl chunkfs-core,chunkfs-fsck test -Dtest=ExperimentsDocTest"
          + " -Dexperiments.write=true";

  @Test
  void theGuideShowsWhatIsRun() throws IOException {
    String text = Files.readString(DOCUMENT);
    StringBuilder made = new StringBuilder();
    Matcher program = PROGRAM.matcher(text);
    int programs = 0;
    while (program.find()) {
      programs++;
      String source = Files.readString(source(program.group(2)));
      program.appendReplacement(
          made, Matcher.quoteReplacement(program.group(1) + source + program.group(4)));
    }
    program.appendTail(made);
    if (Boolean.getBoolean("experiments.write")) {
      Files.writeString(DOCUMENT, made);
      text = made.toString();
    }
    assertThat(programs).isEqualTo(3);
    assertThat(text)
        .as("%s differs from the tests; run: %s", DOCUMENT, REGENERATE)
        .isEqualTo(made.toString());
  }

  private static Path source(String program) {
    return Path.of("src/test/java/org/chunkfs/fsck/experiments", program + ".java");
  }
}
