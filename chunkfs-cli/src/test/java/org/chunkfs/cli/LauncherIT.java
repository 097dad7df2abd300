package org.chunkfs.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.chunkfs.core.Version;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs target/chunkfs: the JDK and the options its shell text chooses, and what it passes on. */
final class LauncherIT {
  private static final Path PROGRAM =
      Path.of(System.getProperty("chunkfs.program", "target/chunkfs")).toAbsolutePath();

  @TempDir Path dir;

  private record Outcome(int exit, String out, String err) {}

  @BeforeAll
  static void theProgramIsThere() {
    assertThat(PROGRAM).as("made by mvn package").isExecutable();
  }

  private Outcome run(Map<String, String> environment, Path program, String... args)
      throws IOException, InterruptedException {
    Path out = dir.resolve("out");
    Path err = dir.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(program.toString()), Stream.of(args)).toList());
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CHUNKFS_JAVA_OPTS"));
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(program + " still runs after 60 s: " + builder.command());
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void printsTheVersionAndNothingElse() throws Exception {
    assertThat(run(Map.of(), PROGRAM, "--version"))
        .isEqualTo(new Outcome(0, "chunkfs " + Version.current() + "\n", ""));
  }

  @Test
  void findsAJdkWhenTheEnvironmentNamesAWrongOne() throws Exception {
    Path old = Files.createDirectories(dir.resolve("old/bin")).getParent();
    Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"24.0.2\"\n");
    Files.writeString(old.resolve("bin/java"), "#!/bin/sh\necho the old one ran\n");
    assertThat(old.resolve("bin/java").toFile().setExecutable(true)).isTrue();

    // The JDK of this very test stands in for whatever the machine has in the usual places.
    Map<String, String> environment =
        Map.of("JAVA_HOME", old.toString(), "JAVA25_HOME", System.getProperty("java.home"));
    assertThat(run(environment, PROGRAM, "--version").out()).startsWith("chunkfs ");
  }

  @Test
  void saysSoWhereNoJdkIsNewEnough() throws Exception {
    Path demanding = dir.resolve("demanding");
    Files.writeString(
        demanding,
        Files.readString(PROGRAM, ISO_8859_1).replaceFirst("need=25", "need=9999"),
        ISO_8859_1);
    assertThat(demanding.toFile().setExecutable(true)).isTrue();

    Outcome outcome = run(Map.of(), demanding, "--version");
    assertThat(outcome.exit()).isEqualTo(127);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("chunkfs: needs Java 9999 or later").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "mount, UseParallelGC, MaxHeapSize=268435456",
    "demo, UseParallelGC, MaxHeapSize=268435456",
    "bench, UseParallelGC, MaxHeapSize=268435456",
    "fsck, UseSerialGC, MaxRAMPercentage=50",
    "ls, UseSerialGC, MaxHeapSize=268435456",
  })
  void choosesCollectorAndHeapByCommand(String command, String collector, String heap)
      throws Exception {
    Map<String, String> environment =
        Map.of("CHUNKFS_JAVA_OPTS", "-XX:+PrintCommandLineFlags -version");
    assertThat(run(environment, PROGRAM, "-v", command).out())
        .contains("-XX:+" + collector, "-XX:" + heap, "-XX:+UseCompactObjectHeaders");
  }

  @Test
  void theUsersOptionsWin() throws Exception {
    Map<String, String> environment =
        Map.of("CHUNKFS_JAVA_OPTS", "-Xmx99m -XX:+UseG1GC -XX:+PrintCommandLineFlags -version");
    assertThat(run(environment, PROGRAM, "mount").out())
        .contains("-XX:+UseG1GC", "-XX:MaxHeapSize=" + (99 << 20));
  }

  @Test
  void passesOnTheNameOfALinkAndWhereItselfIs() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("mount.chunkfs"), PROGRAM);
    Map<String, String> environment =
        Map.of("CHUNKFS_JAVA_OPTS", "-XX:+PrintCommandLineFlags -XshowSettings:properties");
    Outcome outcome = run(environment, link, "--help");
    assertThat(outcome.out())
        .as("options of the command in the name")
        .contains("-XX:+UseParallelGC");
    assertThat(outcome.err())
        .contains(
            "chunkfs.argv0 = mount.chunkfs\n", "chunkfs.self = " + PROGRAM.toRealPath() + "\n");
  }

  @Test
  void takesArgumentsAsUtf8WithoutALocale() throws Exception {
    String name = "grün-日本";
    Outcome outcome = run(Map.of("LC_ALL", "C"), PROGRAM, name);
    assertThat(outcome.err()).contains(name);
  }
}
