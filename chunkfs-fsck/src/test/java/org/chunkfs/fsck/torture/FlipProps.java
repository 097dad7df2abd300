package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** No single byte that counts can change unnoticed. */
final class FlipProps {
  @Property(tries = 4, seed = "1035")
  void everyFlipIsNoticed(@ForAll long seed) throws IOException {
    FlipTorture.Outcome outcome = FlipTorture.run(seed, 500, 250, done -> {});
    assertThat(outcome.missed()).isEmpty();
    assertThat(outcome.flips()).isEqualTo(500);
  }
}
