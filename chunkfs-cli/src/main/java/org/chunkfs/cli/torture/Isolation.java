package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.chunkfs.core.sim.IsolationRun;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureRound;
import org.jspecify.annotations.Nullable;

/** {@link IsolationRun} as a kind of torture. */
public final class Isolation implements TortureKind {
  private static final double LEAST = 0.9;
  private static final int CYCLES = 5;
  private static final long WINDOW_NANOS = 300_000_000;

  @Override
  public String name() {
    return "isolation";
  }

  @Override
  public String promise() {
    return "a chunk's device is slow, then hangs: the others keep 90 % of their throughput";
  }

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    IsolationRun.Result result = IsolationRun.run(seed + number, CYCLES, WINDOW_NANOS);
    String note =
        "others' throughput: %.2f of normal while slow, %.2f while hung; slowest of the hung chunk's requests %d ms, slowest of the others' %d ms"
            .formatted(
                result.whileSlow(),
                result.whileHung(),
                result.slowestVictim() / 1_000_000,
                result.slowestOther() / 1_000_000);
    String wrong = result.wrong();
    if (wrong == null && Math.min(result.whileSlow(), result.whileHung()) < LEAST) {
      wrong = "the other chunks lost more than a tenth of their throughput: " + note;
    }
    TortureCase broken =
        wrong == null ? null : new TortureCase(name(), seed, number, wrong, List.of(), null);
    return new TortureRound(CYCLES, result.requests(), note, broken);
  }

  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    TortureCase broken = round(failed.seed(), failed.number(), work).broken();
    return broken == null ? null : broken.what();
  }
}
