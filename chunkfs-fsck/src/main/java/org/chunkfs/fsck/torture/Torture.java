package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A campaign of cases that damage sample images, check and repair them, and judge what came of it.
 * The same kind, seed and number is the same case.
 */
public final class Torture {
  /** Violations that are kept in words. */
  private static final int KEPT = 200;

  /**
   * One repair in so many is killed at some of its writes, one in more of them at each; and one
   * image in so many, when it is sound again, is used.
   */
  private static final int KILL_EVERY = 50, KILL_ALL_EVERY = 500, USE_EVERY = 10;

  private static final int KILLS = 8;

  /** Cases for which one sample image is used before the next one is made. */
  private static final int PER_IMAGE = 1_000;

  /** Images of one seed before they come again. */
  private static final int IMAGES = 64;

  private final DamageKind kind;
  final long seed;
  private long specimenNumber = -1;
  private @Nullable Specimen specimen;

  /** Is told after each case; false ends the campaign. */
  @FunctionalInterface
  public interface Listener {
    boolean done(Verdict verdict, Summary soFar);
  }

  /**
   * What a campaign came to.
   *
   * @param cases how many were run
   * @param detected in how many the check found something
   * @param repaired in how many there was something to repair
   * @param killed repairs that were killed and run again
   * @param files of cases that damaged one to three metadata blocks and whose checksums were left
   *     wrong: files whose own data was untouched
   * @param kept how many of those keep content and path
   * @param sealedFiles the same of cases whose checksums were recomputed
   * @param sealedKept and how many of those are kept
   * @param broken cases that broke a promise
   * @param violations the first of them
   */
  public record Summary(
      DamageKind kind,
      long seed,
      long cases,
      long detected,
      long repaired,
      long killed,
      long files,
      long kept,
      long sealedFiles,
      long sealedKept,
      long broken,
      List<Verdict> violations) {
    static Summary empty(DamageKind kind, long seed) {
      return new Summary(kind, seed, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    Summary plus(Verdict v) {
      boolean bad = !v.violations().isEmpty();
      List<Verdict> all = violations;
      if (bad && all.size() < KEPT) {
        all = new ArrayList<>(all);
        all.add(v);
      }
      return new Summary(
          kind,
          seed,
          cases + 1,
          detected + (v.detected() ? 1 : 0),
          repaired + (v.repaired() ? 1 : 0),
          killed + v.killed(),
          files + (v.sealed() ? 0 : v.files()),
          kept + (v.sealed() ? 0 : v.kept()),
          sealedFiles + (v.sealed() ? v.files() : 0),
          sealedKept + (v.sealed() ? v.kept() : 0),
          broken + (bad ? 1 : 0),
          List.copyOf(all));
    }

    /** The failing case that says what it did in the fewest words, or null. */
    public @Nullable Verdict smallest() {
      return violations.stream()
          .min(java.util.Comparator.comparingInt(v -> v.damage().length()))
          .orElse(null);
    }

    /** The figures in one line. */
    @Override
    public String toString() {
      return ("%s, seed %d: %d cases, %d detected, %d repaired, %d repairs killed and run again,"
              + " %d broke a promise; %s of files with untouched data kept (checksums recomputed:"
              + " %s)")
          .formatted(
              kind.text(),
              seed,
              cases,
              detected,
              repaired,
              killed,
              broken,
              percent(kept, files),
              percent(sealedKept, sealedFiles));
    }

    private static String percent(long part, long of) {
      return of == 0 ? "-" : "%.3f %%".formatted(100.0 * part / of);
    }
  }

  Torture(DamageKind kind, long seed) {
    this.kind = kind;
    this.seed = seed;
  }

  /** Runs cases 0 to {@code count - 1}, until the listener has enough. */
  public static Summary run(DamageKind kind, long seed, long count, Listener listener)
      throws IOException {
    return run(kind, seed, 0, count, listener);
  }

  /** Runs {@code count} cases from {@code first} on, until the listener has enough. */
  public static Summary run(DamageKind kind, long seed, long first, long count, Listener listener)
      throws IOException {
    return new Torture(kind, seed).run(first, count, listener);
  }

  /** Runs {@code count} cases from {@code first} on; the image of the last one is kept for more. */
  Summary run(long first, long count, Listener listener) throws IOException {
    Summary summary = Summary.empty(kind, seed);
    boolean more = true;
    for (long number = first; more && number < first + count; number++) {
      Verdict verdict = one(number, false);
      summary = summary.plus(verdict);
      more = listener.done(verdict, summary);
    }
    return summary;
  }

  /** Runs one case alone. */
  public static Verdict replay(DamageKind kind, long seed, long number) throws IOException {
    return new Torture(kind, seed).one(number, true);
  }

  private Verdict one(long number, boolean explain) throws IOException {
    long image = number / PER_IMAGE % IMAGES;
    Specimen of = specimen(kind == DamageKind.MEMBERS ? image / 2 * 4 + 2 + image % 2 : image);
    SplittableRandom random =
        new SplittableRandom(
            seed * 0x9E37_79B9_7F4A_7C15L + number * 0x2545_F491L + kind.ordinal());
    int kills = number % KILL_ALL_EVERY == 7 ? -1 : number % KILL_EVERY == 7 ? KILLS : 0;
    String name = kind.text() + ":" + seed + ":" + number;
    if (kind == DamageKind.MEMBERS) {
      return new MemberTrial(of, name, random.split()).run();
    }
    boolean used = number % USE_EVERY == 3;
    return new Trial(of, kind, name, random.split(), kills, used, explain).run();
  }

  private Specimen specimen(long number) throws IOException {
    Specimen of = specimen;
    if (number != specimenNumber || of == null) {
      of = new Specimen(SampleImages.sample(seed, (int) number));
      specimen = of;
      specimenNumber = number;
    }
    return of;
  }
}
