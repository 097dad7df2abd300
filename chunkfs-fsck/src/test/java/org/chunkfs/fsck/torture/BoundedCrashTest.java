package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.LongStream;
import org.chunkfs.core.sim.Bounded;
import org.chunkfs.core.sim.BoundedSpace;
import org.junit.jupiter.api.Test;

/**
 * All sequences of one step, and some of two and three; {@code -Dchunkfs.soak=N} takes N times as
 * many of those. {@code chunkfs torture --kind bounded} goes through all.
 */
final class BoundedCrashTest {
  private static final int TIMES = Integer.getInteger("chunkfs.soak", 1);

  /** Prime, so that they are of all trees, steps and ways to make them durable. */
  private static final long STRIDE = 1009;

  private static void hold(LongStream numbers) throws IOException {
    Bounded.Result result = new Bounded(new ContentMemory(new byte[16])).run(numbers, 1);
    assertThat(result.first()).as(() -> String.valueOf(result.first())).isNull();
    assertThat(result.opened()).isGreaterThan(result.sequences());
  }

  @Test
  void sequencesOfOneStep() throws IOException {
    hold(LongStream.range(0, BoundedSpace.size(1)));
  }

  @Test
  void someOfTwo() throws IOException {
    hold(
        LongStream.range(0, 50L * TIMES)
            .map(i -> BoundedSpace.size(1) + i * STRIDE % BoundedSpace.size(2)));
  }

  @Test
  void someOfThree() throws IOException {
    hold(LongStream.range(0, 40L * TIMES).map(i -> BoundedSpace.all() + i));
  }
}
