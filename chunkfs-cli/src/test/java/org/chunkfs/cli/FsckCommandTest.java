package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.chunkfs.cli.fsck.Terminal;
import org.chunkfs.core.volume.Image;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The manners of {@code chunkfs fsck}: questions, plans, undo, exit codes, forms of output. */
final class FsckCommandTest {
  @TempDir private Path dir;
  private Path image = Path.of("");
  private Path original = Path.of("");

  /** Two damaged chunks, and damage to the image's own records. */
  @BeforeEach
  void damage() throws IOException {
    Path archive = GoldenFiles.FORMAT.resolve("bases").resolve("small.tar.xz");
    image = GoldenFiles.unpack(archive, dir.resolve("image")).getFirst();
    run("corrupt", "--do", "flip superblock:0 700", "--do", "flip header:3.1 200", image);
    run("corrupt", "--do", "flip data:/dir/f:1 5", "--do", "set inode:/dir/frag nlink 9", image);
    original = dir.resolve("original");
    Files.copy(image, original);
  }

  private static CommandRun run(Object... words) {
    return CommandRun.of(words).done();
  }

  private static CommandRun fsck(Object... words) {
    return fsck(List.of(), words);
  }

  private static CommandRun fsck(List<String> answers, Object... words) {
    Script terminal = new Script(new ArrayDeque<>(answers), !answers.isEmpty());
    return CommandRun.of(
        new CommandLine(
            new FsckCommand(
                terminal, InstantSource.fixed(GoldenBases.NOW), GoldenBases.BOOT, Image::open)),
        words);
  }

  private boolean unchanged() throws IOException {
    return Files.mismatch(image, original) < 0;
  }

  /** Answers that are given one after another; then the input ends. */
  private record Script(Deque<String> answers, boolean present) implements Terminal {
    @Override
    public @Nullable String ask(String question) {
      return answers.poll();
    }
  }

  @Test
  void eachUnitIsAskedForAndOnlyWhatIsAllowedIsRepaired() throws IOException {
    CommandRun some = fsck(List.of("y", "what?", "n", "y"), "-f", "--data", image);
    assertThat(some.exit()).isEqualTo(1 | 4);
    assertThat(some.out())
        .contains("not repaired: [410] chunk 1 inode 1:277/5")
        .doesNotContain("not repaired: [203]", "not repaired: [101]");
    CommandRun rest = fsck(List.of("a"), "-f", "--data", image);
    assertThat(rest.exit()).isEqualTo(1);
    assertThat(rest.out()).contains("Repair chunk 1 (2 problems, together)? yes");
    assertThat(rest.out()).contains("lost data: /cross = /dir/f = /dir/hard, bytes 4096 to 8191");
    assertThat(fsck("-n", "-f", "--data", image).exit()).isZero();
  }

  @Test
  void withoutTheImagesOwnRecordsNothingIsWritten() throws IOException {
    assertThat(fsck(List.of("n"), "-f", "--data", image).exit()).isEqualTo(4);
    assertThat(unchanged()).isTrue();
  }

  @Test
  void theEndOfTheInputStopsEverything() throws IOException {
    CommandRun run = fsck(List.of("q"), "-f", "--data", image);
    assertThat(run.exit()).isEqualTo(32);
    assertThat(run.err()).contains("stopped");
    assertThat(unchanged()).isTrue();
  }

  @Test
  void withoutATerminalItOnlyLooks() throws IOException {
    CommandRun run = fsck("-f", "--data", image);
    assertThat(run.exit()).isEqualTo(4);
    assertThat(run.out()).contains("nothing was changed, there is no terminal to ask on");
    assertThat(unchanged()).isTrue();
  }

  @Test
  void preeningRepairsWhatIsSafeAndLeavesTheRest() throws IOException {
    CommandRun run = fsck("-p", "-f", "--data", image);
    assertThat(run.exit()).isEqualTo(1 | 4);
    assertThat(run.out())
        .contains("UNEXPECTED INCONSISTENCY; RUN chunkfs fsck WITHOUT -p.")
        .contains("not repaired: [307]")
        .doesNotContain("not repaired: [203]");
  }

  @Test
  void aPlanIsShownKeptAndCarriedOut() throws IOException {
    Path plan = dir.resolve("plan.json");
    CommandRun shown = fsck("-f", "--data", "--plan", "--plan-out", plan, image);
    assertThat(shown.exit()).isEqualTo(4);
    assertThat(shown.out())
        .contains("would: chunk 1: ")
        .contains("would be lost data: /cross = /dir/f = /dir/hard, bytes 4096 to 8191")
        .contains("would cost: ")
        .contains("would be: ");
    assertThat(unchanged()).isTrue();
    Path other = dir.resolve("other");
    Files.copy(image, other);
    run("corrupt", "--do", "set inode:/dir/f uid 7", other);
    CommandRun refused = fsck("-y", "--plan", plan, other);
    assertThat(refused.exit()).isEqualTo(8);
    assertThat(refused.err()).contains("the image has changed since the plan");
    CommandRun done = fsck("-y", "--plan", plan, image);
    assertThat(done.exit()).isEqualTo(1);
    assertThat(fsck("-n", "-f", "--data", image).exit()).isZero();
    CommandRun again = fsck("-y", "--plan=" + plan, image);
    assertThat(again.exit()).isEqualTo(8);
  }

  @Test
  void aRepairIsTakenBack() throws IOException {
    Path undo = dir.resolve("undo");
    assertThat(fsck("-y", "-f", "--data", "--undo", undo, image).exit()).isEqualTo(1);
    assertThat(unchanged()).isFalse();
    CommandRun busy = fsck("-y", "-f", "--data", "-z", undo, image);
    assertThat(busy.exit()).isEqualTo(8);
    assertThat(busy.err()).contains("exists already");
    assertThat(fsck("--undo", undo, image).exit()).isZero();
    assertThat(unchanged()).isTrue();
    assertThat(fsck("-y", "-f", "--data", image).exit()).isEqualTo(1);
    CommandRun changed = fsck("--undo", undo, image);
    assertThat(changed.exit()).isZero(); // the same repair at the same time: nothing else was done
    run("mkdir", image + ":/new");
    CommandRun refused = fsck("--undo", undo, image);
    assertThat(refused.exit()).isEqualTo(8);
    assertThat(refused.err()).contains("was changed since");
    try (FileChannel file = FileChannel.open(undo, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    assertThat(fsck("--undo", undo, image).err()).contains("was cut short");
    assertThat(fsck("--undo", image, image).err()).contains("is not an undo file");
  }

  @Test
  void whereNothingIsOverwrittenNoUndoFileIsLeft() throws IOException {
    fsck("-y", "-f", "--data", image);
    Path undo = dir.resolve("undo");
    assertThat(fsck("-y", "-f", "--data", "-z", undo, image).exit()).isZero();
    assertThat(undo).doesNotExist();
  }

  @Test
  void jsonIsAsItsSchemaSays() throws IOException {
    String checked = fsck("-n", "-f", "--data", "--json", image).out();
    assertThat(Schema.check("report.schema.json", checked)).isEmpty();
    assertThat(
            Schema.check("plan.schema.json", fsck("-f", "--data", "--plan", "--json", image).out()))
        .isEmpty();
    String repaired = fsck("-y", "-f", "--data", "--json", image).out();
    assertThat(Schema.check("report.schema.json", repaired)).isEmpty();
    assertThat(repaired).contains("\"lost\":[{\"what\":\"data\"");
    assertThat(Schema.check("report.schema.json", checked.replace("\"clean\"", "\"klean\"")))
        .isNotEmpty();
  }

  @Test
  void thePageNeedsNothingElse() throws IOException {
    Path page = dir.resolve("report.html");
    fsck("-y", "-f", "--data", "--html", page, image);
    String html = Files.readString(page);
    assertThat(html)
        .contains("<!DOCTYPE html>", "What was lost", "/dir/f", "class=\"c repaired\"", ">410<")
        .doesNotContain("http", "<script", "src=");
  }

  @Test
  void aCopyOfTheSuperblockIsTakenByItsBlock() throws IOException {
    assertThat(fsck("-n", "-b", "256", image).exit()).isEqualTo(4);
    CommandRun wrong = fsck("-n", "-b", "300", image);
    assertThat(wrong.exit()).isEqualTo(8);
    assertThat(wrong.err()).contains("block 300 holds no sound superblock");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-n -y",
        "-p -y",
        "-j 0",
        "-y --plan",
        "--plan=x",
        "-y --plan-out x",
        "-z a --undo b",
        "-n --undo a",
        "--what"
      })
  void nonsenseIsRefused(String words) {
    List<Object> all = new ArrayList<>(Arrays.asList(words.split(" ")));
    all.add(image);
    assertThat(fsck(all.toArray()).exit()).isEqualTo(16);
  }

  @Test
  void chunksAreNamedOneByOneAndInRanges() throws IOException {
    fsck("-y", "-f", "--data", image);
    assertThat(fsck("-n", "--chunk", "1-", image).out()).contains("/3 chunks in use");
    assertThat(fsck("-n", "--chunk", "0,2-3", image).out()).contains("/3 chunks in use");
    CommandRun none = fsck("-n", "--chunk", "2-9", image);
    assertThat(none.exit()).isEqualTo(16);
    assertThat(none.err()).contains("There is no chunk 9; the image has chunks 0 to 3.");
    assertThat(fsck("-n", "--chunk", "3-1", image).err()).contains("1 is before 3");
    assertThat(fsck("-n", "--chunk", "x", image).err()).contains("'x' names no chunks");
  }

  @Test
  void whatWasFoundSoundIsLeftOut() throws IOException {
    fsck("-y", "-f", "--data", image);
    assertThat(fsck("-p", image).out()).contains("skipped: ").contains("clean, ");
    assertThat(fsck("-p", "-f", image).out()).doesNotContain("skipped: ");
    assertThat(fsck("-n", "--data", image).out()).doesNotContain("skipped: ");
  }

  @Test
  void e2fscksWordsAreUnderstood() throws IOException {
    assertThat(fsck("-f", "--data", "-y", "-C", "0", image).exit()).isEqualTo(1);
    CommandRun shown = fsck("-a", "-f", "--data", "-C", image);
    assertThat(shown.exit()).isZero();
    assertThat(shown.err()).contains("chunks 4/4");
    assertThat(fsck("-n", dir.resolve("not-there")).exit()).isEqualTo(8);
  }
}
