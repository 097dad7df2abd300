package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureRound;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of torture that kill a process (SIGKILL) while workers use an image through it, again and
 * again over the same image. After each kill everything that was acknowledged is there, whole, and
 * {@code fsck -n} has nothing to say.
 */
abstract class Kills implements TortureKind {
  static final int WORKERS = 3;
  private static final int KILLS = 3;

  /** What is done to one image. */
  interface Round extends AutoCloseable {
    /**
     * Lets workers work in a process, and kills it.
     *
     * @param ledgers of the workers; on return they have all that was acknowledged
     * @return what went wrong before the kill, or null
     */
    @Nullable String kill(KillPoint point, List<Ledger> ledgers, SplittableRandom random)
        throws IOException;

    /** Serves the image again, and returns the workers' hands. */
    List<Hands> again() throws IOException;

    /** Stops serving it. */
    void stop() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Begins with a new image. */
  abstract Round begin(KilledImage image, long seed, Path work) throws IOException;

  /** Where it can be killed. */
  abstract List<KillPoint> points();

  @Override
  public TortureRound round(long seed, long number, Path work) throws IOException {
    long own = seed * 0x9E37_79B9L + number;
    SplittableRandom random = new SplittableRandom(own);
    KilledImage image = new KilledImage(work.resolve("image"), own);
    List<Ledger> ledgers = new ArrayList<>();
    for (int w = 0; w < WORKERS; w++) {
      ledgers.add(new Ledger(own, w, 0, java.util.Map.of()));
    }
    List<String> script = new ArrayList<>();
    try (Round round = begin(image, own, work)) {
      for (int kill = 0; kill < KILLS; kill++) {
        KillPoint point = points().get(random.nextInt(points().size()));
        String wrong = round.kill(point, ledgers, random);
        MemoryDevice left = image.copy();
        script.add(
            "kill at %s after %s deeds"
                .formatted(point, ledgers.stream().map(Ledger::done).toList()));
        wrong = wrong == null ? judge(round, image, left, ledgers) : wrong;
        if (wrong != null) {
          return new TortureRound(
              kill + 1L,
              deeds(ledgers),
              "",
              new TortureCase(name(), seed, number, wrong, script, left));
        }
      }
    } finally {
      image.delete();
    }
    return new TortureRound(KILLS, deeds(ledgers), "", null);
  }

  private static long deeds(List<Ledger> ledgers) {
    return ledgers.stream().mapToLong(Ledger::done).sum();
  }

  private static @Nullable String judge(
      Round round, KilledImage image, MemoryDevice left, List<Ledger> ledgers) throws IOException {
    List<String> findings = image.findings(left);
    if (!findings.isEmpty()) {
      return "fsck -n after the kill: " + String.join("; ", findings);
    }
    try {
      List<Hands> hands = round.again();
      for (int w = 0; w < ledgers.size(); w++) {
        String wrong = ledgers.get(w).settle(hands.get(w).files());
        if (wrong != null) {
          return wrong;
        }
      }
    } finally {
      round.stop();
    }
    findings = image.findings(image.copy());
    return findings.isEmpty()
        ? null
        : "fsck -n after serving it again: " + String.join("; ", findings);
  }

  /** Processes are not replayed exactly: the same round is tried some more times. */
  @Override
  public @Nullable String again(TortureCase failed, Path work) throws IOException {
    for (int i = 0; i < 5; i++) {
      TortureCase broken = round(failed.seed(), failed.number(), work).broken();
      if (broken != null) {
        return broken.what();
      }
    }
    return null;
  }
}
