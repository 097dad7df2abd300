package org.chunkfs.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chunkfs.cli.MemoryProgram;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.fuse.NeedsFuse;
import org.chunkfs.cli.fuse.Shell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Mounting and unmounting from the command line, with a daemon in a process of its own. */
@NeedsFuse
@Timeout(90)
final class MountDaemonTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path temp;
  private Path directory;

  @BeforeEach
  void makeMountPoint() throws IOException {
    directory = Files.createDirectory(temp.resolve("mnt"));
  }

  @AfterEach
  void clear() throws IOException {
    MountPoint point = MountPoint.of(directory);
    if (point.mounted().isPresent()) {
      FuseMount.abort(point);
    }
  }

  /** Runs the program to its end and returns what it says. */
  private Shell.Outcome program(Object... arguments) throws IOException {
    StringBuilder script =
        new StringBuilder(
            "exec '%s/bin/java' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '%s' %s"
                .formatted(
                    System.getProperty("java.home"),
                    System.getProperty("java.class.path"),
                    MemoryProgram.class.getName()));
    for (Object argument : arguments) {
      script.append(" '").append(argument).append('\'');
    }
    return Shell.attempt(temp, script.toString());
  }

  private void mount(Object... options) throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("mount"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("disk.img", directory));
    Shell.Outcome outcome = program(arguments.toArray());
    assertThat(outcome.exit()).as("%s%n%s", outcome.output(), outcome.trace()).isZero();
  }

  private void umount() throws IOException {
    Shell.Outcome outcome = program("umount", directory);
    assertThat(outcome.exit()).as("%s", outcome.trace()).isZero();
  }

  private ControlClient client() throws IOException {
    return ControlClient.connect(MountPoint.of(directory)).orElseThrow();
  }

  private ProcessHandle server() throws IOException {
    try (ControlClient client = client()) {
      JsonNode about = client.call(ControlClient.request("ping"), _ -> {}, PATIENCE);
      return ProcessHandle.of(about.get("pid").asLong()).orElseThrow();
    }
  }

  @Test
  void mountsInTheBackgroundAndUnmounts() throws IOException {
    mount();
    Files.writeString(directory.resolve("f"), "served");
    assertThat(directory.resolve("f")).hasContent("served");
    assertThat(MountPoint.of(directory).mounted().orElseThrow().source())
        .isEqualTo(temp.toRealPath().resolve("disk.img").toString());
    ProcessHandle server = server();
    umount();
    assertThat(directory).isEmptyDirectory();
    assertThat(server.onExit()).succeedsWithin(PATIENCE);
    assertThat(ControlClient.connect(MountPoint.of(directory))).isEmpty();
  }

  @Test
  void theReadOnlyOptionReachesTheKernel() throws IOException {
    mount("-o", "ro,noexec");
    assertThatThrownBy(() -> Files.createFile(directory.resolve("f")))
        .hasMessageContaining("Read-only file system");
    umount();
  }

  @Test
  void passesOnWhyItCannotMount() throws IOException {
    Shell.Outcome outcome = program("mount", "refused.img", directory);
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(lastLine(outcome)).isEqualTo("chunkfs mount: refused.img is not a chunkfs image.");
    outcome = program("mount", "-o", "bogus", "disk.img", directory);
    assertThat(outcome.exit()).isEqualTo(2);
    assertThat(lastLine(outcome)).isEqualTo("chunkfs mount: There is no mount option 'bogus'.");
    outcome = program("mount", "dying.img", directory);
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.trace()).contains("ended with code 9 before").contains("Alas.");
    outcome = program("mount", "disk.img", temp.resolve("none"));
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(lastLine(outcome)).contains("does not exist");
  }

  @Test
  void refusesASecondMountOnTheSamePlace() throws IOException {
    mount();
    Shell.Outcome outcome = program("mount", "disk.img", directory);
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(lastLine(outcome)).contains("is already mounted on");
    umount();
    outcome = program("umount", directory);
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(lastLine(outcome)).contains("No chunkfs is mounted on");
  }

  @Test
  void aKilledServerIsReplaced() throws IOException {
    mount();
    ProcessHandle server = server();
    server.destroyForcibly();
    assertThat(server.onExit()).succeedsWithin(PATIENCE);
    assertThatThrownBy(() -> Files.createFile(directory.resolve("f")))
        .hasMessageContaining("Transport endpoint is not connected");
    mount();
    Files.writeString(directory.resolve("f"), "served again");
    umount();
  }

  @Test
  void aKilledServersMountCanBeUnmounted() throws IOException {
    mount();
    ProcessHandle server = server();
    server.destroyForcibly();
    assertThat(server.onExit()).succeedsWithin(PATIENCE);
    umount();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aSignalUnmountsEvenWhatIsInUse() throws Exception {
    mount();
    ProcessHandle server = server();
    Process user = new ProcessBuilder("sleep", "60").directory(directory.toFile()).start();
    try {
      Shell.Outcome outcome = program("umount", directory);
      assertThat(outcome.exit()).isEqualTo(1);
      assertThat(lastLine(outcome)).contains("is in use");
      assertThat(server.isAlive()).isTrue();
      server.destroy();
      assertThat(server.onExit()).succeedsWithin(PATIENCE);
      assertThat(MountPoint.of(directory).mounted()).isEmpty();
    } finally {
      user.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void theControlSocketAnswers() throws IOException {
    mount();
    try (ControlClient client = client()) {
      List<Integer> progress = new ArrayList<>();
      JsonNode inodes =
          client.call(
              ControlClient.request("inodes").put("steps", 3),
              step -> progress.add(step.asInt()),
              PATIENCE);
      assertThat(inodes.asInt()).isEqualTo(1);
      assertThat(progress).containsExactly(0, 1, 2);
      assertThatThrownBy(() -> client.call(ControlClient.request("fail"), _ -> {}, PATIENCE))
          .hasMessage("It failed.");
      assertThatThrownBy(() -> client.call(ControlClient.request("bug"), _ -> {}, PATIENCE))
          .hasMessageContaining("a bug");
      assertThatThrownBy(() -> client.call(ControlClient.request("none"), _ -> {}, PATIENCE))
          .hasMessage("This mount knows no command 'none'.");
      umount();
      assertThat(client.awaitEnd(PATIENCE)).isTrue();
    }
  }

  @Test
  void staysInTheForegroundOnRequest() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryProgram.class.getName(),
                "mount",
                "-f",
                "disk.img",
                directory.toString())
            .start();
    try (var said = process.inputReader()) {
      assertThat(said.readLine()).isEqualTo("Mounted on " + directory + "; Ctrl-C unmounts it.");
      Files.createFile(directory.resolve("f"));
      umount();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String lastLine(Shell.Outcome outcome) {
    return outcome.trace().lines().reduce("", (_, line) -> line);
  }
}
