package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@link FlipTorture} as a kind of torture: a round is some hundred bytes of one image. */
final class FlipKind implements TortureKind {
  private static final int FLIPS = 500;

  @Override
  public String name() {
    return "flips";
  }

  @Override
  public String promise() {
    return "one byte of a sound image changes: the check notices";
  }

  private static FlipTorture.Outcome flip(long seed, long number) throws IOException {
    return FlipTorture.run(seed * 0x9E37_79B9L + number, FLIPS, FLIPS, done -> {});
  }

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    FlipTorture.Outcome outcome = flip(seed, number);
    return new TortureRound(
        outcome.flips(),
        outcome.missed().isEmpty()
            ? null
            : new TortureCase(
                name(), seed, number, outcome.missed().getFirst(), outcome.missed(), null));
  }

  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    FlipTorture.Outcome outcome = flip(failed.seed(), failed.number());
    return outcome.missed().isEmpty() ? null : outcome.missed().getFirst();
  }
}
