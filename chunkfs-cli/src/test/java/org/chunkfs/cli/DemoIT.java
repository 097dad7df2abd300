package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.chunkfs.cli.fuse.NeedsFuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs target/chunkfs demo and bench on a small scale: they end well, and leave nothing behind. */
@NeedsFuse
final class DemoIT {
  private static final Path PROGRAM =
      Path.of(System.getProperty("chunkfs.program", "target/chunkfs")).toAbsolutePath();

  @TempDir Path dir;

  private record Outcome(int exit, String out) {}

  private Process start(Path out, String... args) throws IOException {
    List<String> command = Stream.concat(Stream.of(PROGRAM.toString()), Stream.of(args)).toList();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
  }

  private Outcome run(String... args) throws IOException, InterruptedException {
    Path out = dir.resolve("out");
    Process process = start(out, args);
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroy();
      throw new AssertionError("still runs after 180 s:\n" + Files.readString(out));
    }
    return new Outcome(process.exitValue(), Files.readString(out));
  }

  private Path work() throws IOException {
    return Files.createDirectory(dir.resolve("work"));
  }

  @Test
  void everyPromiseIsKept() throws Exception {
    Path work = work();
    Outcome outcome = run("demo", "--size", "66M", "--dir", work.toString());
    assertThat(outcome.out()).contains("all promises kept").doesNotContain("BROKEN");
    assertThat(outcome.exit()).isZero();
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void aBrokenPromiseIsNamed() throws Exception {
    Path work = work();
    Outcome outcome =
        run("demo", "--size", "66M", "--dir", work.toString(), "--no-mount", "--falsify");
    assertThat(outcome.exit()).as(outcome.out()).isEqualTo(1);
    assertThat(outcome.out()).contains("BROKEN  every file is whole");
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void interruptedItLeavesNothingBehind() throws Exception {
    Path work = work();
    Path out = dir.resolve("out");
    Process process = start(out, "demo", "--size", "66M", "--dir", work.toString());
    for (int i = 0; i < 1000 && !Files.readString(out).contains("are at work"); i++) {
      assertThat(process.isAlive()).as(Files.readString(out)).isTrue();
      Thread.sleep(100);
    }
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(work).isEmptyDirectory();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(work.toString());
  }

  @Test
  void theBenchmarksRun() throws Exception {
    Path work = work();
    Outcome outcome = run("bench", "--tiny", "--json", "--dir", work.toString());
    assertThat(outcome.exit()).as(outcome.out()).isZero();
    assertThat(outcome.out()).contains("\"create 4 KiB files\"", "\"heap with 128 MiB\"");
    assertThat(work).isEmptyDirectory();
  }
}
