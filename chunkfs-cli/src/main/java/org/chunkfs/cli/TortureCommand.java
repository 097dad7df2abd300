package org.chunkfs.cli;

import java.io.IOException;
import java.util.Locale;
import org.chunkfs.fsck.torture.FlipTorture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chunkfs torture}: the proofs, run from seeds. */
@Command(
    name = "torture",
    customSynopsis = "chunkfs torture --kind flips [--seed S] [--count N] [-h]",
    description =
        "Proves promises by breaking things in memory. flips: changes single bytes of sound images"
            + " and demands that the check notices each.",
    footerHeading = "%nExamples:%n",
    footer = {"  chunkfs torture --kind flips --seed 1 --count 100000"})
public final class TortureCommand extends Subcommand {
  private static final int FLIPS_PER_IMAGE = 2000;
  private static final int SHOWN = 20;

  /** What is done to the images. */
  enum Kind {
    FLIPS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(names = "--kind", paramLabel = "KIND", description = "flips.", required = true)
  private Kind kind = Kind.FLIPS;

  @Option(names = "--seed", paramLabel = "S", description = "The same seed does the same (1).")
  private long seed = 1;

  @Option(names = "--count", paramLabel = "N", description = "How many (10000).")
  private long count = 10_000;

  @Override
  int run() throws IOException {
    if (count < 1) {
      throw usage("--count takes a number from 1 on, not " + count + ".");
    }
    FlipTorture.Outcome outcome = FlipTorture.run(seed, count, FLIPS_PER_IMAGE, done -> {});
    outcome.missed().stream().limit(SHOWN).forEach(out()::println);
    out()
        .printf(
            "%s, seed %d: %d done, %d noticed only by the full check, %d not noticed%n",
            kind, seed, outcome.flips(), outcome.full(), outcome.missed().size());
    return outcome.missed().isEmpty() ? DONE : FAILED;
  }
}
