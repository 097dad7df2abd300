package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.chunkfs.cli.bench.Bench;
import org.chunkfs.cli.bench.BenchChild;
import org.chunkfs.cli.bench.Figure;
import org.chunkfs.cli.bench.FsckBench;
import org.chunkfs.cli.bench.FsckScale;
import org.chunkfs.cli.bench.Scale;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.scratch.Cleanup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code chunkfs bench}: how fast it is here, beside how fast it wants to be. */
@Command(
    name = "bench",
    customSynopsis = "chunkfs bench [-h] [--fsck] [--size S] [--dir DIR] [--tiny] [--json]",
    description =
        "Measures, through the library and with one thread, what chunkfs wants to be able to do:"
            + " medians of several rounds, after one that warms up. Needs a few GB of disk; the"
            + " larger images are sparse. Exits with 0 whatever the figures are.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs bench --dir /var/tmp",
      "  chunkfs bench --json > figures.json",
      "  chunkfs bench --fsck --dir /var/tmp      fsck of a million files, beside e2fsck",
      "  chunkfs bench --tiny                     a run of seconds, its figures mean nothing"
    })
public final class BenchCommand extends Subcommand {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final InstantSource clock;

  @Option(
      names = {"-s", "--size"},
      paramLabel = "S",
      description = "Size of the image for creates and streams; what they need unless given.")
  private @Nullable String size;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to work, instead of the directory for temporary files.")
  private @Nullable Path directory;

  @Option(names = "--tiny", description = "Do as little as passes through everything.")
  private boolean tiny;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--fsck",
      description =
          "Measure checks instead: of an image with a million files beside e2fsck, and of one"
              + " damaged chunk. Needs 20 GB of disk.")
  private boolean fsck;

  @Option(
      names = "--files",
      paramLabel = "N",
      description = "With --fsck: so many files instead of a million.")
  private @Nullable Integer files;

  /** See {@link BenchChild}. */
  @Option(names = "--child", hidden = true)
  private boolean child;

  @Parameters(hidden = true)
  private List<String> childArguments = List.of();

  public BenchCommand() {
    this(InstantSource.system());
  }

  BenchCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  int run() throws IOException {
    if (child && childArguments.size() == 2) {
      long millis = Long.parseLong(childArguments.getLast());
      BenchChild.work(Path.of(childArguments.getFirst()), millis, out());
      return DONE;
    }
    if (!childArguments.isEmpty()) {
      throw usage("bench takes no arguments, only options.");
    }
    if (fsck) {
      return checks();
    }
    Scale scale = tiny ? Scale.tiny() : Scale.full();
    long least = Bench.leastSize(scale);
    String given = size;
    long bytes = given == null ? least : argument(() -> Sizes.parse(given)) & -4096L;
    if (bytes < least) {
      throw usage(
          "--size %s is too small for what is measured; it must be %s or more."
              .formatted(given, Sizes.show(least)));
    }
    measure(scale, bytes);
    return DONE;
  }

  private int checks() throws IOException {
    if (json) {
      throw usage("bench --fsck prints a table only.");
    }
    FsckScale scale = tiny ? FsckScale.tiny() : FsckScale.full();
    if (files != null) {
      scale = new FsckScale(files, scale.rounds(), scale.images(), scale.filesInChunk());
    }
    Instant now = clock.instant();
    try (Cleanup cleanup = new Cleanup(this::complain)) {
      Path place = Files.createTempDirectory(work().toAbsolutePath(), "chunkfs-bench-");
      cleanup.later(() -> Files.deleteIfExists(place));
      new FsckBench(place, scale, nanos(now), this::line, cleanup).run();
    }
    return DONE;
  }

  private void line(String line) {
    out().println(line.stripTrailing());
    out().flush();
  }

  private static long nanos(Instant now) {
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  private Path work() {
    return directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
  }

  private void measure(Scale scale, long bytes) throws IOException {
    Instant now = clock.instant();
    ArrayNode figures = JSON.arrayNode();
    try (Cleanup cleanup = new Cleanup(this::complain)) {
      Path place = Files.createTempDirectory(work().toAbsolutePath(), "chunkfs-bench-");
      cleanup.later(() -> Files.deleteIfExists(place));
      if (!json) {
        out().printf("%-34s %10s  %12s  %s%n", "", "goal", "measured", "");
        out().flush();
      }
      new Bench(place, bytes, scale, nanos(now), figure -> tell(figure, figures), cleanup).run();
    }
    if (json) {
      out().println(figures.toPrettyString());
    }
  }

  private void tell(Figure figure, ArrayNode figures) {
    if (!json) {
      out()
          .printf(
              Locale.ROOT,
              "%-34s %10s  %12s  %s%s%n",
              figure.name(),
              (figure.atLeast() ? "> " : "< ") + number(figure.goal()),
              number(figure.measured()) + " " + figure.unit(),
              figure.reached() ? "reached" : "MISSED",
              figure.beside().isEmpty() ? "" : "   (" + figure.beside() + ")");
      out().flush();
      return;
    }
    ObjectNode node = figures.addObject();
    node.put("name", figure.name());
    node.put("unit", figure.unit());
    node.put(figure.atLeast() ? "atLeast" : "atMost", figure.goal());
    node.put("measured", figure.measured());
    node.put("reached", figure.reached());
    ArrayNode rounds = node.putArray("rounds");
    for (double round : figure.rounds()) {
      rounds.add(round);
    }
    node.put("beside", figure.beside());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
  }
}
