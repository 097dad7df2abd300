package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chunkfs.cli.fuse.NeedsFuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few real processes are killed; many more by hand with {@code chunkfs torture}. */
@NeedsFuse
final class KillIT {
  private static final Path PROGRAM =
      Path.of(System.getProperty("chunkfs.program", "target/chunkfs")).toAbsolutePath();

  @TempDir Path dir;

  private String run(String kind) throws IOException, InterruptedException {
    Path out = dir.resolve(kind);
    Path work = Files.createDirectory(dir.resolve("work-" + kind));
    Process process =
        new ProcessBuilder(
                List.of(
                    PROGRAM.toString(),
                    "torture",
                    "--kind",
                    kind,
                    "--count",
                    "3",
                    "--seed",
                    "5",
                    "--dir",
                    work.toString()))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroy();
      throw new AssertionError("still runs after 180 s:\n" + Files.readString(out));
    }
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    assertThat(work).isEmptyDirectory();
    return Files.readString(out);
  }

  @Test
  void whatAKilledProcessHadAcknowledgedIsThere() throws Exception {
    assertThat(run("kill-library")).containsPattern("kill-library +1 +3 ");
  }

  @Test
  void whatAKilledServerHadAcknowledgedIsThere() throws Exception {
    assertThat(run("kill-mount")).containsPattern("kill-mount +1 +3 ");
  }
}
