package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on real images, without a mount. */
final class ImageCommandsTest {
  @TempDir Path directory;
  private Path image = Path.of("");
  private Path tree = Path.of("");

  @BeforeEach
  void make() throws IOException {
    image = directory.resolve("disk.img");
    CommandRun.of("mkfs", "-q", "--size", "24M", "-L", "test", "--hash-seed", "1", image).done();
    tree = Files.createDirectories(directory.resolve("tree/sub/deep")).getParent().getParent();
    Files.writeString(tree.resolve("hello.txt"), "hello\n");
    Files.write(tree.resolve("sub/data"), new byte[100_000]);
    Files.writeString(tree.resolve("sub/deep/ünï"), "x".repeat(9000));
  }

  private String in(String path) {
    return image + ":" + path;
  }

  @Test
  void mkfsSaysWhatItMade() {
    String uuid = "12345678-1234-4abc-8def-123456789abc";
    CommandRun run =
        CommandRun.of(
            "mkfs", "--size", "40M", "--uuid", uuid, directory.resolve("a"),
            directory.resolve("b"));
    assertThat(run.done().out()).contains("40 MiB", "2 members", uuid);
    assertThat(directory.resolve("a")).hasSize(20 << 20);
    assertThat(CommandRun.of("mkfs", directory.resolve("a")).exit()).isEqualTo(1);
    assertThat(CommandRun.of("mkfs", "-q", "--force", directory.resolve("a")).done().out())
        .isEmpty();
  }

  @Test
  void whatMkfsCannotFinishIsNotLeftBehind() {
    Path half = directory.resolve("half.img");
    CommandRun run =
        CommandRun.of("mkfs", "--size", "8M", "-d", directory.resolve("missing"), half);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(half).doesNotExist();
  }

  @Test
  void copiesInAndOut() throws IOException {
    CommandRun.of("cp", "-r", tree, in("/")).done();
    assertThat(CommandRun.of("ls", in("/tree")).done().out()).isEqualTo("hello.txt\nsub\n");
    assertThat(CommandRun.of("ls", "-l", in("/tree")).out()).contains("-rw-r--r--", "hello.txt");
    assertThat(CommandRun.of("find", image, "-name", "ü*").out())
        .isEqualTo("/tree/sub/deep/ünï\n");
    assertThat(CommandRun.of("find", in("/tree"), "-type", "d").out())
        .isEqualTo("/tree\n/tree/sub\n/tree/sub/deep\n");
    assertThat(CommandRun.of("stat", in("/tree/hello.txt")).out())
        .contains("regular file", "size       6");
    Path back = Files.createDirectory(directory.resolve("back"));
    CommandRun.of("cp", "-r", in("/tree"), back).done();
    assertThat(back.resolve("tree/hello.txt")).hasContent("hello");
    assertThat(back.resolve("tree/sub/data")).hasBinaryContent(new byte[100_000]);
    CommandRun.of("cp", "-r", in("/tree"), in("/again")).done();
    assertThat(CommandRun.of("cp", "-r", in("/tree"), in("/tree/sub")).err())
        .contains("into itself");
    CommandRun.of("rm", "-r", in("/tree")).done();
    assertThat(CommandRun.of("rm", in("/again")).exit()).isEqualTo(1);
    CommandRun.of("mkdir", "-p", in("/x/y")).done();
    assertThat(CommandRun.of("ls", image).out()).isEqualTo("again\nx\n");
  }

  @Test
  void importsAndExports() throws IOException {
    CommandRun.of("import", "-q", image, tree, "/t").done();
    Path archive = directory.resolve("t.tar.gz");
    CommandRun.of("export", image, archive, "/t").done();
    Path second = directory.resolve("second.img");
    CommandRun.of("mkfs", "-q", "--size", "24M", "-d", archive, second).done();
    assertThat(CommandRun.of("find", second).out())
        .isEqualTo("/\n/hello.txt\n/sub\n/sub/data\n/sub/deep\n/sub/deep/ünï\n");
    Path out = directory.resolve("out");
    CommandRun.of("export", second, out).done();
    assertThat(out.resolve("hello.txt")).hasContent("hello");
    Path zip = directory.resolve("t.zip");
    CommandRun.of("export", "-q", image, zip, "/t").done();
    CommandRun.of("import", "-q", image, zip, "/z").done();
    assertThat(CommandRun.of("find", in("/z"), "-name", "data").out()).isEqualTo("/z/sub/data\n");
  }

  @Test
  void statusShowsEveryChunk() {
    CommandRun.of("import", "-q", image, tree).done();
    CommandRun run = CommandRun.of("status", image).done();
    assertThat(run.out()).contains("\"test\"", "not mounted", "chunks    ");
    assertThat(CommandRun.of("status", "--json", image).out())
        .contains("\"chunks\":[{\"id\":0", "\"state\":\"online\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "superblock", "volume", "chunk 0", "journal 0", "xrefs 0", "inode /sub/data",
        "tree /sub", "block 0:0", "block 0:1", "block 0:300", "block 1:5"
      })
  void everythingCanBeInspected(String what) {
    CommandRun.of("import", "-q", image, tree).done();
    for (String option : new String[] {"", "--json", "--replayed"}) {
      String words = (option + " " + image + " " + what).strip();
      CommandRun run = CommandRun.of((Object[]) ("inspect " + words).split(" ", -1)).done();
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).doesNotContain("BAD", "\"ok\":false").isNotBlank();
    }
  }

  /** Whatever the bytes are, an inspection ends with a report or with one sentence. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void damagedImagesCanBeInspected(long seed) throws IOException {
    CommandRun.of("import", "-q", image, tree).done();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = Files.readAllBytes(image);
    for (int i = 0; i < 2000; i++) {
      // Mostly where there is something.
      int at = random.nextInt(8) == 0 ? random.nextInt(bytes.length) : random.nextInt(3 << 20);
      bytes[at] = (byte) random.nextInt();
    }
    Files.write(image, bytes);
    String[] all = {
      "", "superblock", "volume", "chunk 0", "journal 0", "xrefs 0", "inode 0:300/3", "tree 0:300/3"
    };
    for (String what : all) {
      for (String option : new String[] {"", "--replayed "}) {
        CommandRun run =
            CommandRun.of(
                (Object[]) ("inspect " + option + image + " " + what).strip().split(" ", -1));
        assertThat(run.exit()).isBetween(0, 1);
        assertThat(run.err()).doesNotContain("\tat ", "bug", "Exception");
      }
    }
    for (int block = 0; block < 1024; block += 7) {
      CommandRun run = CommandRun.of("inspect", image, "block", "0:" + block);
      assertThat(run.err()).doesNotContain("\tat ", "bug", "Exception");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void damageIsTakenBackByteForByte(long seed) throws IOException {
    CommandRun.of("import", "-q", image, tree).done();
    byte[] before = Files.readAllBytes(image);
    Path undo = directory.resolve("undo.json");
    CommandRun run =
        CommandRun.of("corrupt", "--seed", seed, "--count", 9, "--undo", undo, image).done();
    assertThat(run.out()).contains("byte ");
    byte[] damaged = Files.readAllBytes(image);
    assertThat(damaged).isNotEqualTo(before);
    CommandRun.of("corrupt", "--take-back", undo, image).done();
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
    CommandRun.of("corrupt", "--seed", seed, "--count", 9, image).done();
    assertThat(Files.readAllBytes(image)).as("the same seed").isEqualTo(damaged);
  }

  @Test
  void theStandardInputIsATarArchive() throws IOException {
    Path archive = directory.resolve("t.tar");
    CommandRun.of("import", "-q", image, tree).done();
    CommandRun.of("export", "-q", image, archive).done();
    picocli.CommandLine line =
        new picocli.CommandLine(
            new ImportCommand(
                org.chunkfs.cli.server.EngineVolume::open,
                new ByteArrayInputStream(Files.readAllBytes(archive))));
    Path other = directory.resolve("o.img");
    CommandRun.of("mkfs", "-q", "--size", "24M", other).done();
    CommandRun.of(line, "--format", "tar", other, "-").done();
    assertThat(CommandRun.of("find", other, "-name", "hello.txt").out())
        .isEqualTo("/hello.txt\n");
    assertThat(new String(Files.readAllBytes(archive), StandardCharsets.ISO_8859_1))
        .contains("hello\n");
  }
}
