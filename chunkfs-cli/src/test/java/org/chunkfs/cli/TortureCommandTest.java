package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.chunkfs.cli.torture.CaseFile;
import org.chunkfs.cli.torture.Tally;
import org.chunkfs.cli.torture.TortureRun;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureRound;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code chunkfs torture} itself; what it runs has tests of its own. */
final class TortureCommandTest {
  @TempDir Path dir;

  /** Breaks its promise in every third round. */
  private static final class Broken implements TortureKind {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String promise() {
      return "none";
    }

    @Override
    public TortureRound round(long seed, long number, Path work) {
      return new TortureRound(10, number % 3 == 2 ? failed(seed, number) : null);
    }

    private TortureCase failed(long seed, long number) {
      MemoryDevice image = new MemoryDevice(8192);
      try {
        image.write(4096, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return new TortureCase(
          name(), seed, number, "it broke\nin two lines", List.of("create /a - 0 0", "b"), image);
    }

    @Override
    public @Nullable String again(TortureCase failed, Path work) {
      return "still";
    }
  }

  private static List<Tally> run(TortureKind kind, TortureRun.Limits limits, Path work, Path save)
      throws IOException {
    AtomicLong clock = new AtomicLong();
    return new TortureRun(
            List.of(kind),
            4,
            limits,
            work,
            () -> clock.addAndGet(1_000_000),
            new TortureRun.Listener() {
              @Override
              public void ended(Tally tally) {}

              @Override
              public void broken(TortureCase failed) throws IOException {
                CaseFile.save(failed, save);
              }
            })
        .run(2);
  }

  @Test
  void whatBreaksIsCountedAndSavedAndCanBeReadAgain() throws IOException {
    Path save = dir.resolve("cases");
    Path work = Files.createDirectory(dir.resolve("work"));
    Tally tally =
        run(new Broken(), new TortureRun.Limits(Long.MAX_VALUE / 2, 60, 9), work, save).getFirst();
    assertThat(tally.tried()).isBetween(60L, 70L);
    assertThat(tally.broken()).hasSizeBetween(2, 3);
    assertThat(work).isEmptyDirectory();
    TortureCase read = CaseFile.read(save.resolve("broken-4-2.case"));
    assertThat(read.kind()).isEqualTo("broken");
    assertThat(read.seed()).isEqualTo(4);
    assertThat(read.number()).isEqualTo(2);
    assertThat(read.what()).isEqualTo("it broke | in two lines");
    assertThat(read.script()).containsExactly("create /a - 0 0", "b");
    try (InputStream image =
        new GZIPInputStream(Files.newInputStream(save.resolve("broken-4-2.img.gz")))) {
      byte[] bytes = image.readAllBytes();
      assertThat(bytes).hasSize(8192);
      assertThat(bytes[4097]).isEqualTo((byte) 2);
    }
  }

  @Test
  void roundsAreCountedFromTheFirstOneOn() throws IOException {
    Path work = Files.createDirectory(dir.resolve("work"));
    TortureRun.Limits limits = new TortureRun.Limits(Long.MAX_VALUE / 2, Long.MAX_VALUE, 9, 100, 7);
    Tally tally = run(new Broken(), limits, work, dir.resolve("cases")).getFirst();
    assertThat(tally.rounds()).isEqualTo(7);
    // Of the rounds 100 to 106.
    assertThat(tally.broken().stream().map(TortureCase::number))
        .containsExactlyInAnyOrder(101L, 104L);
  }

  @Test
  void aKindThatBreaksTooOftenIsNotGoneOnWith() throws IOException {
    Path work = Files.createDirectory(dir.resolve("work"));
    Tally tally =
        run(
                new Broken(),
                new TortureRun.Limits(Long.MAX_VALUE / 2, Long.MAX_VALUE, 1),
                work,
                dir.resolve("cases"))
            .getFirst();
    assertThat(tally.broken()).isNotEmpty();
    assertThat(tally.rounds()).isLessThan(10);
  }

  @Test
  void aShortRunKeepsItsPromises() {
    CommandRun run =
        CommandRun.of(
            "torture", "--kind", "model", "--kind", "flips", "--count", "5", "--seed", "3");
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out()).containsPattern("model +\\d+ ").containsPattern("flips +1 +500 ");
  }

  @Test
  void aBoundedCaseIsReplayed() throws IOException {
    List<String> script =
        List.of("mkdir /t - 0 1", "reopen - - 0 0", "create /t/n - 0 1", "fsync /t/n - 0 0");
    TortureCase old = new TortureCase("bounded", 1, 0, "it was lost", script, null);
    CommandRun run = CommandRun.of("torture", "--replay", CaseFile.save(old, dir).toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("breaks no promise now");
  }

  @Test
  void aCaseIsReplayed() throws IOException {
    TortureCase old =
        new TortureCase(
            "model", 3, 1, "it was broken", List.of("create /a - 0 0", "kill - - 0 0"), null);
    Path file = CaseFile.save(old, dir);
    CommandRun run = CommandRun.of("torture", "--replay", file.toString());
    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("breaks no promise now").contains("it was broken");
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneSentence() throws IOException {
    CommandRun unknown = CommandRun.of("torture", "--kind", "nonsense");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("There is no kind 'nonsense'; there are: model, ");
    assertThat(CommandRun.of("torture", "--budget", "soon").exit()).isEqualTo(2);
    assertThat(CommandRun.of("torture", "--first", "-1").err()).contains("numbers from 0 on");
    assertThat(CommandRun.of("torture", "--rounds", "-1").exit()).isEqualTo(2);
    Path file = Files.writeString(dir.resolve("x"), "something else");
    CommandRun replay = CommandRun.of("torture", "--replay", file.toString());
    assertThat(replay.exit()).isEqualTo(1);
    assertThat(replay.err()).contains("is no case of chunkfs torture");
    assertThatThrownBy(() -> CaseFile.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void everyKindSaysWhatItDemands() {
    CommandRun run = CommandRun.of("torture", "--list");
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("process-death", "power-loss", "bounded", "flips", "fields", "isolation")
        .contains("kill-library", "kill-mount");
  }
}
