package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.chunkfs.cli.output.Durations;
import org.chunkfs.cli.output.StatusLine;
import org.chunkfs.cli.scratch.Cleanup;
import org.chunkfs.cli.scratch.ServedMount;
import org.chunkfs.cli.torture.CaseFile;
import org.chunkfs.cli.torture.Isolation;
import org.chunkfs.cli.torture.KillLibrary;
import org.chunkfs.cli.torture.KillMount;
import org.chunkfs.cli.torture.LastWord;
import org.chunkfs.cli.torture.LibraryChild;
import org.chunkfs.cli.torture.Tally;
import org.chunkfs.cli.torture.TortureRun;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureKinds;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs torture}: tries to break the promises, from seeds. */
@Command(
    name = "torture",
    customSynopsis = {
      "chunkfs torture [--kind KIND]... [--seed S] [--budget TIME] [--count N] [--first N]"
          + " [--rounds N] [-j N] [--save DIR]",
      "chunkfs torture --replay FILE",
      "chunkfs torture --list"
    },
    description =
        "Tries to break the promises: crashes, cuts power, damages, hangs and kills, on images of"
            + " its own, and compares what is left with what was acknowledged. All kinds that are"
            + " possible here, for a minute, unless told otherwise. Each kind has as much time as"
            + " the others.",
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  all promises were kept, or the case that was replayed breaks none now",
      "  1  a promise was broken, or it could not be tried",
      "  2  the command line makes no sense",
      "",
      "Examples:",
      "  chunkfs torture --budget 10m -j 4 --save failures",
      "  chunkfs torture --kind power-loss --kind flips --seed 7 --count 100000",
      "  chunkfs torture --kind bounded --first 100 --rounds 50 -j 2",
      "  chunkfs torture --replay failures/power-loss-7-12.case"
    })
public final class TortureCommand extends Subcommand {
  private static final String MINUTE = "1m";
  private static final int MOST_BROKEN = 5;
  private static final int MOST_LINES = 30;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "What to try; may be given again. --list says what there is. All by default.")
  private List<String> names = List.of();

  @Option(names = "--list", description = "Say what kinds there are, and what each demands.")
  private boolean list;

  @Option(names = "--seed", paramLabel = "S", description = "The same seed tries the same (1).")
  private long seed = 1;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description =
          "How long: 30s, 10m, 2h (1m, or without limit if --count or --rounds is given).")
  private @Nullable String budget;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Until so many states or cases of each kind have been tried.")
  private long count;

  @Option(
      names = "--first",
      paramLabel = "N",
      description =
          "The number of the round to begin with (0): goes on where another run with the same seed"
              + " has stopped.")
  private long first;

  @Option(names = "--rounds", paramLabel = "N", description = "So many rounds of each kind.")
  private long rounds;

  @Option(names = "-j", paramLabel = "N", description = "How many rounds at once (1).")
  private int workers = 1;

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description = "Save each failing case there: its script, and its image, compressed.")
  private @Nullable Path save;

  @Option(names = "--replay", paramLabel = "FILE", description = "Run a saved case again.")
  private @Nullable Path replay;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to work, instead of the directory for temporary files.")
  private @Nullable Path directory;

  /** See {@link LibraryChild}. */
  @Option(names = "--child", hidden = true)
  private boolean child;

  @Parameters(hidden = true)
  private List<String> childArguments = List.of();

  /** All kinds; one that needs more than memory and processes may not be possible everywhere. */
  private static List<TortureKind> kinds() {
    return Stream.concat(
            TortureKinds.inMemory().stream(),
            Stream.of(new Isolation(), new KillLibrary(), new KillMount()))
        .toList();
  }

  private static boolean possible(TortureKind kind) {
    return !(kind instanceof KillMount) || ServedMount.possible();
  }

  @Override
  int run() throws IOException {
    if (child && childArguments.size() > 4) {
      LibraryChild.work(childArguments, out());
      return DONE;
    }
    if (!childArguments.isEmpty()) {
      throw usage("torture takes no arguments, only options.");
    }
    if (list) {
      kinds().forEach(k -> out().printf("%-14s %s%n", k.name(), k.promise()));
      return DONE;
    }
    if (count < 0 || rounds < 0 || workers < 1) {
      throw usage("--count, --rounds and -j take numbers from 1 on.");
    }
    if (first < 0) {
      throw usage("--first takes numbers from 0 on.");
    }
    try (Cleanup cleanup = new Cleanup(this::complain)) {
      Path base = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
      Path work = Files.createTempDirectory(base.toAbsolutePath(), "chunkfs-torture-");
      cleanup.later(() -> Files.deleteIfExists(work));
      Path file = replay;
      return file == null ? torture(chosen(), work, cleanup) : replay(file, work);
    }
  }

  private List<TortureKind> chosen() {
    if (names.isEmpty()) {
      return kinds().stream().filter(TortureCommand::possible).toList();
    }
    return names.stream().map(this::named).distinct().toList();
  }

  private TortureKind named(String name) {
    return kinds().stream()
        .filter(k -> k.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            usage(
                "There is no kind '%s'; there are: %s."
                    .formatted(
                        name,
                        String.join(", ", kinds().stream().map(TortureKind::name).toList()))));
  }

  private int torture(List<TortureKind> chosen, Path work, Cleanup cleanup) throws IOException {
    String given = budget;
    long nanos =
        given == null && (count > 0 || rounds > 0)
            ? Long.MAX_VALUE / 4
            : argument(() -> Durations.parse(given == null ? MINUTE : given)).toNanos();
    TortureRun.Limits limits =
        new TortureRun.Limits(nanos, unlessZero(count), MOST_BROKEN, first, unlessZero(rounds));
    List<Tally> tallies;
    List<String> saved = new ArrayList<>();
    try (StatusLine line = StatusLine.onTerminal(err())) {
      TortureRun.Listener listener =
          new TortureRun.Listener() {
            @Override
            public void ended(Tally tally) {
              line.show(
                  "%s: %,d tried, %d broken"
                      .formatted(tally.kind().name(), tally.tried(), tally.broken().size()));
            }

            @Override
            public void broken(TortureCase failed) throws IOException {
              keep(failed, saved);
            }
          };
      TortureRun run = new TortureRun(chosen, seed, limits, work, System::nanoTime, listener);
      LastWord word = new LastWord(run::stop);
      cleanup.later(word::await);
      try {
        tallies = run.run(workers);
        report(tallies, saved);
      } finally {
        word.said();
      }
    }
    return tallies.stream().allMatch(t -> t.broken().isEmpty()) ? DONE : FAILED;
  }

  private void report(List<Tally> tallies, List<String> saved) {
    table(tallies);
    for (Tally tally : tallies) {
      tally.broken().forEach(this::tell);
    }
    saved.forEach(
        file -> out().println("Saved; run it again with: chunkfs torture --replay " + file));
    out().flush();
  }

  private static long unlessZero(long limit) {
    return limit == 0 ? Long.MAX_VALUE : limit;
  }

  private void keep(TortureCase failed, List<String> saved) throws IOException {
    Path to = save;
    if (to != null) {
      synchronized (saved) {
        saved.add(CaseFile.save(failed, to).toString());
      }
    }
  }

  private void table(List<Tally> tallies) {
    out()
        .printf(
            "%-14s %9s %12s %12s %10s %10s%n",
            "kind", "rounds", "tried", "verified", "per s", "violations");
    for (Tally t : tallies) {
      out()
          .printf(
              Locale.ROOT,
              "%-14s %,9d %,12d %12s %,10.1f %10d%n",
              t.kind().name(),
              t.rounds(),
              t.tried(),
              t.verified() == 0 ? "" : String.format(Locale.ROOT, "%,d", t.verified()),
              t.perSecond(),
              t.broken().size());
      t.notes().forEach(note -> out().println("               " + note));
      if (t.files() > 0) {
        out()
            .printf(
                Locale.ROOT,
                "               %.3f %% of %,d files with untouched data kept content and path%n",
                100.0 * t.kept() / t.files(),
                t.files());
      }
    }
    out().println("seed " + seed);
  }

  private void tell(TortureCase failed) {
    out()
        .printf(
            "%nBROKEN: %s, seed %d, number %d:%n%s%n",
            failed.kind(), failed.seed(), failed.number(), failed.what());
    failed.script().stream().limit(MOST_LINES).forEach(step -> out().println("  " + step));
    if (failed.script().size() > MOST_LINES) {
      out().printf("  and %d more steps%n", failed.script().size() - MOST_LINES);
    }
  }

  private int replay(Path file, Path work) throws IOException {
    TortureCase failed = CaseFile.read(file);
    String still = named(failed.kind()).again(failed, work);
    if (still == null) {
      out().println("The case breaks no promise now. It did: " + failed.what());
      return DONE;
    }
    out().println("Still broken: " + still);
    return FAILED;
  }
}
