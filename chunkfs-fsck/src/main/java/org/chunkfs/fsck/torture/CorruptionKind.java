package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A campaign of {@link Torture} as a kind of torture: a round is some cases on one image. */
final class CorruptionKind implements TortureKind {
  private static final int CASES = 50;

  private final DamageKind kind;
  private final String promise;

  /** Campaigns that wait for their next round, with the image of the last one. */
  private final Queue<Torture> idle = new ConcurrentLinkedQueue<>();

  CorruptionKind(DamageKind kind, String promise) {
    this.kind = kind;
    this.promise = promise;
  }

  @Override
  public String name() {
    return kind.text();
  }

  @Override
  public String promise() {
    return promise;
  }

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    Torture known = idle.poll();
    Torture torture = known != null && known.seed == seed ? known : new Torture(kind, seed);
    Torture.Summary summary = torture.run(number * CASES, CASES, (_, _) -> true);
    idle.add(torture);
    Verdict smallest = summary.smallest();
    return new TortureRound(
        summary.cases(),
        0,
        "",
        smallest == null ? null : failed(smallest, seed),
        summary.files() + summary.sealedFiles(),
        summary.kept() + summary.sealedKept());
  }

  private TortureCase failed(Verdict verdict, long seed) {
    List<String> script = new ArrayList<>(List.of(verdict.damage()));
    script.addAll(verdict.violations());
    return new TortureCase(
        name(), seed, numberOf(verdict), verdict.violations().getFirst(), script, null);
  }

  /** A failed case is one of a campaign: its number is the case's, not the round's. */
  private static long numberOf(Verdict verdict) {
    return Long.parseLong(verdict.name().substring(verdict.name().lastIndexOf(':') + 1));
  }

  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    Verdict verdict = Torture.replay(kind, failed.seed(), failed.number());
    return verdict.violations().isEmpty() ? null : String.join("; ", verdict.violations());
  }
}
