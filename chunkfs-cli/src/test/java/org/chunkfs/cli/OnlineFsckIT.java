package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.fuse.NeedsFuse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A mounted image is checked and repaired by its mount point, and checks itself. */
@NeedsFuse
@Timeout(180)
final class OnlineFsckIT {
  private static final Path PROGRAM =
      Path.of(System.getProperty("chunkfs.program", "target/chunkfs")).toAbsolutePath();
  private static final int BLOCK = 4096;

  @TempDir Path dir;
  private Path image;
  private Path mount;

  /** One run of the program. */
  private record Run(int exit, String output) {}

  private Run run(Object... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    for (Object word : words) {
      command.add(word.toString());
    }
    Path out = dir.resolve("out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Run(process.waitFor(), Files.readString(out));
  }

  private void done(Object... words) throws IOException, InterruptedException {
    Run run = run(words);
    assertThat(run.exit()).as(run.output()).isZero();
  }

  private JsonNode status() throws IOException, InterruptedException {
    return new JsonMapper().readTree(run("status", "--json", mount).output());
  }

  @BeforeEach
  void make() throws Exception {
    image = dir.resolve("disk.img");
    mount = Files.createDirectory(dir.resolve("mnt"));
    done("mkfs", "--size", "64M", "--chunk-size", "8M", image);
  }

  @AfterEach
  void clear() throws IOException {
    MountPoint point = MountPoint.of(mount);
    if (point.mounted().isPresent()) {
      FuseMount.abort(point);
    }
  }

  /** Turns over one byte of a block in the image that has this content. */
  private void flip(byte[] content) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      byte[] block = new byte[BLOCK];
      for (long at = 0; at < file.length(); at += BLOCK) {
        file.seek(at);
        file.readFully(block);
        if (Arrays.equals(block, content)) {
          file.seek(at);
          file.write(~content[0]);
          return;
        }
      }
    }
    throw new AssertionError("the content is nowhere");
  }

  @Test
  void damageIsToldAndRepairedWhileTheMountServes() throws Exception {
    done("mount", "-o", "scrub=off", image, mount);
    byte[] content = new byte[BLOCK];
    Arrays.fill(content, (byte) 0x5D);
    Path file = Files.createDirectory(mount.resolve("dir")).resolve("file");
    Files.write(file, content);
    Files.writeString(mount.resolve("other"), "other");
    done("fsck", "-n", "-f", "--data", mount);
    flip(content);

    Run found = run("fsck", "-n", "-f", "--data", mount);
    assertThat(found.exit()).isEqualTo(4);
    assertThat(found.output()).contains("[307]").contains("/dir/file");
    Run preened = run("fsck", "-p", "-f", "--data", mount);
    assertThat(preened.exit()).isEqualTo(4);
    assertThat(preened.output()).contains("UNEXPECTED INCONSISTENCY");
    JsonNode todo = status().path("todo");
    assertThat(todo).hasSize(1);
    String command = todo.path(0).path("command").asString("");
    assertThat(command).startsWith("chunkfs fsck --data -n --chunk ").endsWith(mount.toString());
    Run shown = run("status", mount);
    assertThat(shown.output()).contains("to do").contains(command);

    Run json = run("fsck", "-y", "-f", "--data", "--json", mount);
    assertThat(json.exit()).as(json.output()).isEqualTo(1);
    assertThat(Schema.check("report.schema.json", json.output())).isEmpty();
    done("fsck", "-n", "-f", "--data", mount);
    assertThat(Files.readAllBytes(file)).hasSize(BLOCK);
    assertThat(mount.resolve("other")).hasContent("other");
    assertThat(status().path("todo")).isEmpty();
    for (List<Object> refused :
        List.<List<Object>>of(
            List.of("--plan"), List.of("-b", "256"), List.of("-j", "3"), List.of("-z", "undo"))) {
      List<Object> words = new ArrayList<>(List.of("fsck"));
      words.addAll(refused);
      words.add(mount);
      assertThat(run(words.toArray()).exit()).as("%s", refused).isEqualTo(16);
    }
    done("umount", mount);
    done("fsck", "-n", "-f", "--data", image);
  }

  private JsonNode awaitScrub(boolean running) throws Exception {
    JsonNode scrub = status().path("scrub");
    while (scrub.path("started").asString("").isEmpty()
        || !running && scrub.path("running").asBoolean(true)) {
      scrub = status().path("scrub");
    }
    return scrub;
  }

  @Test
  void aServerThatWasKilledGoesOnCheckingWhereItStood() throws Exception {
    done("mount", "-o", "scrub=1s,scrubshare=50", image, mount);
    for (int i = 0; i < 20; i++) {
      Files.write(Files.createDirectory(mount.resolve("d" + i)).resolve("f"), new byte[100_000]);
    }
    String begun = awaitScrub(true).path("started").asString("");
    assertThat(begun).isNotEmpty();
    long pid =
        ProcessHandle.allProcesses()
            .filter(p -> p.info().commandLine().orElse("").contains("--daemon"))
            .filter(p -> p.info().commandLine().orElse("").contains(mount.toString()))
            .mapToLong(ProcessHandle::pid)
            .findFirst()
            .orElseThrow();
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    server.destroyForcibly();
    server.onExit().get(20, TimeUnit.SECONDS);

    done("mount", "-o", "scrub=300d,scrubshare=100", image, mount);
    JsonNode scrub = awaitScrub(false);
    assertThat(scrub.path("started").asString("")).isGreaterThanOrEqualTo(begun);
    assertThat(scrub.path("periodSeconds").asLong(0)).isEqualTo(300L * 24 * 3600);
    assertThat(status().path("todo")).isEmpty();
    done("umount", mount);
    done("fsck", "-n", "-f", "--data", image);
    assertThat(run("mount", "-o", "scrub=never", image, mount).exit()).isEqualTo(2);
  }
}
