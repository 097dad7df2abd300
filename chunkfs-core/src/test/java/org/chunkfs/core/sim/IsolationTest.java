package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * A slow and then dead chunk, and the others' progress. What share of their throughput they keep is
 * for {@code chunkfs torture --kind isolation}, on a machine that does nothing else.
 */
final class IsolationTest {
  @Test
  void nobodyWaitsForAChunkThatHangs() throws IOException {
    IsolationRun.Result result = IsolationRun.run(1, 1, 300_000_000);
    assertThat(result.wrong()).isNull();
    // Its own requests are answered by the fence; nobody else's are refused, or wait for that.
    assertThat(result.slowestVictim()).isLessThan(3_000_000_000L);
    assertThat(result.whileHung()).isGreaterThan(0.3);
    assertThat(result.requests()).isPositive();
  }
}
