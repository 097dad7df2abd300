package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.chunkfs.core.sim.Op;
import org.chunkfs.core.sim.Soak;
import org.jspecify.annotations.Nullable;

/** An experiment of {@link Soak} as a kind of torture: a round is one script. */
final class SoakKind implements TortureKind {
  private final Soak.Kind kind;
  private final int steps;
  private final String promise;

  SoakKind(Soak.Kind kind, int steps, String promise) {
    this.kind = kind;
    this.steps = steps;
    this.promise = promise;
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String promise() {
    return promise;
  }

  private Soak.Plan plan(long seed) {
    return new Soak.Plan(kind, seed, 1, steps, true);
  }

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    Soak.Result result = Soak.run(plan(seed + number));
    Soak.Violation first = result.first();
    return new TortureRound(
        result.states(),
        first == null
            ? null
            : TortureCase.of(name(), seed, number, first.what(), first.script(), first.image()));
  }

  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    return Soak.replay(
        plan(failed.seed() + failed.number()), failed.script().stream().map(Op::parse).toList());
  }
}
