package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.chunkfs.core.sim.Bounded;
import org.chunkfs.core.sim.BoundedSpace;
import org.chunkfs.core.sim.Op;
import org.jspecify.annotations.Nullable;

/** {@link Bounded} as a kind of torture: a round is some sequences that follow each other. */
final class BoundedKind implements TortureKind {
  private static final long SEQUENCES = 256;

  private static Bounded bounded() {
    return new Bounded(new ContentMemory(new byte[16]));
  }

  @Override
  public String name() {
    return "bounded";
  }

  @Override
  public String promise() {
    return "all sequences of one or two steps, and their crash states: the same, and checks clean";
  }

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    Bounded.Result result =
        bounded().run(LongStream.range(number * SEQUENCES, (number + 1) * SEQUENCES), seed);
    Bounded.Violation first = result.first();
    return new TortureRound(
        result.opened(),
        0,
        number == 0 ? scope() : "",
        first == null
            ? null
            : TortureCase.of(name(), seed, number, first.what(), first.script(), first.image()));
  }

  private static String scope() {
    return "%,d sequences of one step and %,d of two in rounds 0 to %,d, then drawn ones of three"
        .formatted(
            BoundedSpace.size(1), BoundedSpace.size(2), (BoundedSpace.all() - 1) / SEQUENCES);
  }

  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    return bounded().replay(failed.script().stream().map(Op::parse).toList(), failed.seed());
  }
}
