package org.chunkfs.cli.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckProgressTest {
  private final StringWriter shown = new StringWriter();
  private long now;
  private final CheckProgress progress = new CheckProgress(new PrintWriter(shown, true), () -> now);

  private void look(int chunk, double share, String... wrong) {
    progress.chunk(chunk, share, List.of(wrong));
    progress.at("chunks", chunk + 1, 8);
  }

  private static BitSet all() {
    BitSet all = new BitSet();
    all.set(0, 8);
    return all;
  }

  @Test
  void theTimeLeftIsReckonedFromTheWorkDone() {
    now += 500_000_000L;
    look(0, 0.4);
    assertThat(shown.toString()).isEqualTo("\rchunks 1/8"); // too early to tell
    now += 9_500_000_000L;
    look(1, 0.5);
    assertThat(shown.toString()).endsWith("chunks 2/8, 50 %, about 10 s left");
    now += 290_000_000_000L;
    look(2, 0.6);
    assertThat(shown.toString()).contains("chunks 3/8, 60 %, about 3 min left");
  }

  @Test
  void whoStopsItHearsWhatWasFoundAndHowToGoOn() {
    look(0, 0.1);
    look(1, 0.2, "[410] chunk 1 inode 1:2/3: wrong");
    look(3, 0.3);
    assertThat(progress.stopped(all()))
        .containsExactly(
            "[410] chunk 1 inode 1:2/3: wrong",
            "stopped; go on with --chunk 2- (what chunks say of each other needs all)");
  }

  @Test
  void anotherCheckOfTheSameRunBeginsAnew() {
    look(0, 0.5, "[410] chunk 0: wrong");
    look(1, 1.0);
    look(0, 0.4);
    assertThat(progress.stopped(all())).hasSize(1).first().asString().contains("--chunk 1-");
  }
}
