package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import org.chunkfs.core.sim.Soak.Kind;

/**
 * Short runs of every kind of experiment. {@code -Dchunkfs.soak=N} runs N times as many; {@link
 * Soak} shrinks by itself, and its report is a script.
 */
final class SoakProps {
  private static final int TIMES = Integer.getInteger("chunkfs.soak", 1);

  private static void holds(Kind kind, long seed, int runs, int steps) throws IOException {
    Soak.Result result = Soak.run(new Soak.Plan(kind, seed, runs * TIMES, steps, true));
    assertThat(result.first()).as(() -> String.valueOf(result.first())).isNull();
    assertThat(result.states()).isPositive();
  }

  @Property(tries = 4, seed = "101", shrinking = ShrinkingMode.OFF)
  void answersAsTheReferenceThroughKillsAndCrashes(
      @ForAll @LongRange(min = 0, max = 1 << 30) long seed) throws IOException {
    holds(Kind.MODEL, seed, 2, 300);
  }

  @Property(tries = 2, seed = "102", shrinking = ShrinkingMode.OFF)
  void soDoWideDirectories(@ForAll @LongRange(min = 0, max = 1 << 30) long seed)
      throws IOException {
    holds(Kind.WIDE, seed, 1, 1500);
  }

  @Property(tries = 2, seed = "103", shrinking = ShrinkingMode.OFF)
  void soDoImagesThatFillUp(@ForAll @LongRange(min = 0, max = 1 << 30) long seed)
      throws IOException {
    holds(Kind.FULL, seed, 1, 1000);
  }

  @Property(tries = 4, seed = "104", shrinking = ShrinkingMode.OFF)
  void everythingAcknowledgedSurvivesTheDeathOfTheProcess(
      @ForAll @LongRange(min = 0, max = 1 << 30) long seed) throws IOException {
    holds(Kind.PROCESS_DEATH, seed, 1, 150);
  }

  @Property(tries = 6, seed = "105", shrinking = ShrinkingMode.OFF)
  void whatIsDurableSurvivesALossOfPowerAndTheRestIsAPrefix(
      @ForAll @LongRange(min = 0, max = 1 << 30) long seed) throws IOException {
    holds(Kind.POWER_LOSS, seed, 1, 150);
  }

  @Property(tries = 4, seed = "106", shrinking = ShrinkingMode.OFF)
  void chunksCrashAndComeBackUnderLoad(@ForAll @LongRange(min = 0, max = 1 << 30) long seed)
      throws IOException {
    holds(Kind.CHUNK_CRASH, seed, 1, 1000);
  }

  @Property(tries = 2, seed = "107", shrinking = ShrinkingMode.OFF)
  void aChunkThatHangsHangsAlone(@ForAll @LongRange(min = 0, max = 1 << 30) long seed)
      throws IOException {
    holds(Kind.HANG, seed, 1, 400);
  }

  @Property(tries = 8, seed = "108", shrinking = ShrinkingMode.OFF)
  void damageStaysInItsChunk(@ForAll @LongRange(min = 0, max = 1 << 30) long seed)
      throws IOException {
    holds(Kind.DAMAGE, seed, 2, 400);
  }
}
