package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Superblock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command answers what cannot be done with one sentence and the right exit code. */
final class CommandErrorsTest {
  @TempDir static Path directory = Path.of("");

  @BeforeAll
  static void images() throws IOException {
    CommandRun.of("mkfs", "-q", "--size", "16M", directory.resolve("good.img")).done();
    Files.write(directory.resolve("noise.img"), new byte[6 << 20]);
    Files.write(directory.resolve("tiny.img"), new byte[100]);
    Files.write(directory.resolve("text.txt"), new byte[] {'h', 'i'});
    Files.write(directory.resolve("zip.zip"), new byte[] {'P', 'K', 3, 4, 9, 9});
    CommandRun.of("mkfs", "-q", "--size", "6M", "-c", "4M", directory.resolve("new.img")).done();
    newer(directory.resolve("new.img"));
    String uuid = "01234567-89ab-cdef-0123-456789abcdef";
    CommandRun.of("mkfs", "-q", "--size", "6M", "--uuid", uuid, directory.resolve("one.img"))
        .done();
    CommandRun.of(
            "mkfs",
            "-q",
            "--size",
            "12M",
            "--uuid",
            uuid,
            directory.resolve("two1.img"),
            directory.resolve("two2.img"))
        .done();
  }

  /** Makes every superblock and header of an image say that it is of a later version. */
  private static void newer(Path path) throws IOException {
    byte[] image = Files.readAllBytes(path);
    for (int at = 0; at + BlockHeader.BLOCK <= image.length; at += BlockHeader.BLOCK) {
      byte[] block = Arrays.copyOfRange(image, at, at + BlockHeader.BLOCK);
      int kind = BlockHeader.KIND.get(block, 0);
      if (BlockHeader.MAGIC.get(block, 0) == BlockHeader.MAGIC_VALUE && (kind == 1 || kind == 2)) {
        Superblock.VERSION.set(block, 0, 99);
        BlockHeader.seal(block, BlockHeader.BLOCK);
        System.arraycopy(block, 0, image, at, block.length);
      }
    }
    Files.write(path, image);
  }

  static Stream<Arguments> refusals() {
    String good = "GOOD";
    return Stream.of(
        // exit, what the sentence names, the command line
        Arguments.of(2, "IMAGE", "ls"),
        Arguments.of(2, "--nonsense", "ls --nonsense GOOD"),
        Arguments.of(2, "nonsense", "nonsense"),
        Arguments.of(2, "IMAGE", "mkfs"),
        Arguments.of(2, "--size", "mkfs --size 12Q OTHER"),
        Arguments.of(2, "too small", "mkfs --size 1000 OTHER"),
        Arguments.of(2, "--chunk-size", "mkfs --chunk-size 3M OTHER"),
        Arguments.of(2, "UUID", "mkfs --uuid zzz OTHER"),
        Arguments.of(2, "64 bytes", "mkfs --label " + "x".repeat(65) + " OTHER"),
        Arguments.of(2, "type", "find GOOD -type q"),
        Arguments.of(2, "IMAGE:/PATH", "cp a b"),
        Arguments.of(2, "--seed", "corrupt GOOD"),
        Arguments.of(2, "explode", "corrupt --seed 1 --kind explode GOOD"),
        Arguments.of(2, "--format", "import GOOD -"),
        Arguments.of(2, "format", "export GOOD - --format rar"),
        Arguments.of(2, "chunk", "inspect GOOD chunk x"),
        Arguments.of(2, "Which one", "inspect GOOD chunk"),
        Arguments.of(2, "names no block", "inspect GOOD block 7"),
        Arguments.of(2, "nonsense", "inspect GOOD nonsense"),
        Arguments.of(2, "inode", "inspect GOOD inode x"),
        Arguments.of(2, "ACTION", "chunk explode 1 DIR"),
        Arguments.of(2, "number", "chunk crash -1 DIR"),
        Arguments.of(1, "there is no chunk 99", "inspect GOOD chunk 99"),
        Arguments.of(1, "there is no chunk 99", "corrupt --seed 1 --chunk 99 GOOD"),
        Arguments.of(1, "no block", "inspect GOOD block 0:9999999"),
        Arguments.of(1, "is member 2 of the image, which has 1", "ls DIR/one.img,DIR/two2.img"),
        Arguments.of(1, "/missing", "ls GOOD:/missing"),
        Arguments.of(1, "/missing", "cat GOOD:/missing"),
        Arguments.of(1, "not a regular file", "cat GOOD:/"),
        Arguments.of(1, "/missing", "stat GOOD:/missing"),
        Arguments.of(1, "/missing", "rm GOOD:/missing"),
        Arguments.of(1, "no name", "rm -r GOOD:/"),
        Arguments.of(1, "no name", "mkdir GOOD:/"),
        Arguments.of(1, "no such file", "import GOOD DIR/missing.tar"),
        Arguments.of(1, "no such file", "cp DIR/missing GOOD:/"),
        Arguments.of(1, "not a tar archive", "import GOOD NOISE2"),
        Arguments.of(1, "zip", "import GOOD DIR/zip.zip"),
        Arguments.of(1, "exists already", "export GOOD DIR/zip.zip"),
        Arguments.of(1, "not a directory", "export GOOD DIR/out /missing"),
        Arguments.of(1, "already; --force", "mkfs GOOD"),
        Arguments.of(1, "not empty; --force", "mkfs DIR/text.txt"),
        Arguments.of(1, "already; --force", "mkfs NEW"),
        Arguments.of(1, "is a directory", "mkfs DIR"),
        Arguments.of(1, "No chunkfs is mounted", "status DIR"),
        Arguments.of(1, "No chunkfs is mounted", "chunk crash 0 DIR"),
        Arguments.of(1, "corrupt --undo", "corrupt --take-back DIR/text.txt GOOD"),
        Arguments.of(1, "no such file", "corrupt --take-back DIR/missing GOOD"),
        Arguments.of(1, "exists already", "corrupt --seed 1 --undo DIR/text.txt " + good));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("refusals")
  void refused(int exit, String named, String line) {
    check(exit, named, run(line));
  }

  static Stream<String> imageCommands() {
    return Stream.of(
        "ls IMG",
        "cat IMG:/x",
        "stat IMG:/x",
        "find IMG",
        "cp IMG:/x DIR/x",
        "rm IMG:/x",
        "mkdir IMG:/x",
        "import IMG DIR",
        "export IMG DIR/out",
        "status IMG",
        "inspect IMG",
        "corrupt --seed 1 IMG",
        "corrupt --list IMG",
        "mkfs --force DIR/nowhere/x.img");
  }

  @ParameterizedTest
  @MethodSource("imageCommands")
  void missingFilesAreSaid(String line) {
    check(1, "no such file", run(line.replace("IMG", directory.resolve("missing.img").toString())));
  }

  @ParameterizedTest
  @MethodSource("imageCommands")
  void whatIsNoImageIsSaid(String line) {
    if (!line.contains("IMG")) {
      return; // mkfs makes one
    }
    for (String name : new String[] {"noise.img", "tiny.img"}) {
      CommandRun run = run(line.replace("IMG", directory.resolve(name).toString()));
      check(1, name, run);
    }
  }

  @ParameterizedTest
  @MethodSource("imageCommands")
  void newerImagesAreRefused(String line) {
    if (line.contains("IMG")) {
      CommandRun run = run(line.replace("IMG", directory.resolve("new.img").toString()));
      check(1, "use a newer chunkfs", run);
    }
  }

  @Test
  void aFullHostDiskIsSaid() {
    Path full = Path.of("/dev/full");
    if (!Files.exists(full)) {
      return; // only Linux has it
    }
    CommandRun run =
        CommandRun.of("export", "--force", "--format", "tar", directory.resolve("good.img"), full);
    check(1, "No space left on device", run);
  }

  @Test
  void everyCommandHasHelpWithExamples() {
    Main.commandLine()
        .getSubcommands()
        .forEach((name, _) -> {
          CommandRun run = CommandRun.of(name, "--help").done();
          assertThat(run.out()).as(name).contains("Usage: chunkfs " + name, "Examples:");
        });
  }

  private static CommandRun run(String line) {
    Object[] words =
        Stream.of(line.split(" ", -1))
            .map(word ->
                word.replace("GOOD", directory.resolve("good.img").toString())
                    .replace("NEW", directory.resolve("new.img").toString())
                    .replace("OTHER", directory.resolve("other.img").toString())
                    .replace("NOISE2", noise().toString())
                    .replace("DIR", directory.toString()))
            .toArray();
    return CommandRun.of(words);
  }

  private static Path noise() {
    Path path = directory.resolve("noise.tar");
    byte[] bytes = new byte[4096];
    new java.util.Random(1).nextBytes(bytes);
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void check(int exit, String named, CommandRun run) {
    assertThat(run.err()).containsIgnoringCase(named);
    assertThat(run.exit()).as(run.err()).isEqualTo(exit);
    assertThat(run.err()).doesNotContain("\tat ", "Exception", "bug");
    String[] lines = run.err().strip().split("\n", -1);
    Set<Integer> most = exit == 2 ? Set.of(1, 2) : Set.of(1);
    assertThat(most).as(run.err()).contains(lines.length);
    assertThat(lines[0]).startsWith("chunkfs").endsWith(".");
  }
}
