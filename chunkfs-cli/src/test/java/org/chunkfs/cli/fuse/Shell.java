package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs shell scripts for tests, each with a deadline. */
public final class Shell {
  private static final long SECONDS = 60;

  private Shell() {}

  /** What a script printed, the trace of its commands with their errors, and its exit code. */
  public record Outcome(int exit, String output, String trace) {}

  /** Runs a script in {@code directory} and returns what it prints; it must end with 0. */
  public static String run(Path directory, String script) throws IOException {
    Outcome outcome = attempt(directory, script);
    assertThat(outcome.exit()).as("exit code; %s%n%s", outcome.output(), outcome.trace()).isZero();
    return outcome.output();
  }

  /** Runs a script that stops at the first error, and returns how it ended. */
  public static Outcome attempt(Path directory, String script) throws IOException {
    Path output = Files.createTempFile("chunkfs-shell-", ".out");
    Path trace = Files.createTempFile("chunkfs-shell-", ".err");
    try {
      Process process =
          new ProcessBuilder("sh", "-euxc", script)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .redirectError(trace.toFile())
              .start();
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      String traced = Files.readString(trace, StandardCharsets.UTF_8);
      assertThat(ended).as("ends within %d s;%n%s", SECONDS, traced).isTrue();
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      return new Outcome(process.exitValue(), printed, traced);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(output);
      Files.delete(trace);
    }
  }
}
