package org.chunkfs.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.scratch.Cleanup;
import org.chunkfs.cli.server.SelfProgram;
import org.chunkfs.core.volume.FormatOptions;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a full check of an image with very many small files takes, beside {@code
 * e2fsck} on an ext4 image with the same tree on the same disk; and how soon one damaged chunk is
 * back, in images of several sizes.
 */
public final class FsckBench {
  private static final long SEED = 1;
  private static final long BLOCK = 4096;
  private static final long LEAST = 256L << 20;

  private final Path place;
  private final FsckScale scale;
  private final FormatOptions format;
  private final Consumer<String> rows;
  private final Cleanup cleanup;

  /**
   * @param place an empty directory
   * @param now the time, nanoseconds since 1970
   * @param rows gets each line of the table as soon as it is known
   */
  public FsckBench(Path place, FsckScale scale, long now, Consumer<String> rows, Cleanup cleanup) {
    this.place = place;
    this.scale = scale;
    this.format = FormatOptions.seeded(SEED, now);
    this.rows = rows;
    this.cleanup = cleanup;
  }

  /** Measures everything. */
  public void run() throws IOException {
    Path tree = Files.createDirectory(place.resolve("tree"));
    cleanup.later(() -> {
      if (Files.exists(tree)) {
        HostTree.delete(tree);
      }
    });
    HostTree made = new HostTree(tree, SEED);
    made.make(scale.files());
    // Room for a block of data to each file, and for inodes and trees.
    long bytes = Math.max(LEAST, made.bytes() + 2L * BLOCK * scale.files()) & -(1L << 20);
    rows.accept(
        String.format(
            Locale.ROOT,
            "%,d files in %,d directories, %s; images of %s in %s",
            scale.files(),
            made.directories(),
            Sizes.show(made.bytes()),
            Sizes.show(bytes),
            place));
    Path ext4 = ext4(tree, bytes);
    Path chunkfs = image("chunkfs.img");
    List<String> make = new ArrayList<>(SelfProgram.command("mkfs"));
    make.addAll(List.of("-q", "--size", Long.toString(bytes), "-d", tree.toString()));
    make.add(chunkfs.toString());
    require(make);
    HostTree.delete(tree);
    rows.accept(
        String.format("%-26s %10s %10s %10s %8s", "", "time", "CPU time", "memory", "of e2fsck"));
    List<String> ours = new ArrayList<>(SelfProgram.command("fsck"));
    ours.addAll(List.of("-f", "-n", chunkfs.toString()));
    List<String> theirs = ext4 == null ? null : List.of("e2fsck", "-f", "-n", ext4.toString());
    compare("cold", chunkfs, ours, ext4, theirs);
    compare("warm", chunkfs, ours, ext4, theirs);
    Files.delete(chunkfs);
    if (ext4 != null) {
      Files.delete(ext4);
    }
    for (long size : scale.images()) {
      Path file = image("chunk-" + size + ".img");
      RepairRun repair = RepairRun.of(file, size, scale.filesInChunk(), format);
      Files.delete(file);
      rows.accept(
          String.format(
              Locale.ROOT,
              "%-26s %8.2f s   chunk %d of %d (%s) damaged under load, found, repaired, back;"
                  + " meanwhile %,d requests to the others, the slowest %.0f ms",
              "one chunk, image " + Sizes.show(size),
              repair.seconds(),
              repair.chunk(),
              repair.chunks(),
              Sizes.show(repair.chunkBytes()),
              repair.served(),
              repair.slowest() * 1e3));
    }
  }

  private Path image(String name) throws IOException {
    Path file = place.resolve(name);
    cleanup.later(() -> Files.deleteIfExists(file));
    return file;
  }

  private @Nullable Path ext4(Path tree, long bytes) throws IOException {
    if (!Programs.there("mke2fs") || !Programs.there("e2fsck")) {
      rows.accept("mke2fs and e2fsck are not here: without the rows of ext4.");
      return null;
    }
    Path file = image("ext4.img");
    String inodes = Long.toString(scale.files() + scale.files() / 20 + 1000L);
    require(
        List.of(
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-N",
            inodes,
            "-d",
            tree.toString(),
            file.toString(),
            (bytes >> 10) + "k"));
    return file;
  }

  private static void require(List<String> command) throws IOException {
    ChildRun run = ChildRun.of(command);
    if (run.exit() != 0) {
      throw new IOException(
          "%s failed with exit code %d.".formatted(String.join(" ", command), run.exit()));
    }
  }

  private void compare(
      String how,
      Path chunkfs,
      List<String> ours,
      @Nullable Path ext4,
      @Nullable List<String> theirs)
      throws IOException {
    boolean cold = how.equals("cold");
    List<ChildRun> mine = new ArrayList<>();
    List<ChildRun> other = new ArrayList<>();
    if (!cold) {
      ChildRun.of(ours);
    }
    for (int i = 0; i < scale.rounds(); i++) {
      if (cold && !Programs.dropCache(chunkfs)) {
        rows.accept("The host's cache cannot be emptied here: without the cold rows.");
        return;
      }
      mine.add(clean(ChildRun.of(ours), ours));
      if (ext4 != null && theirs != null) {
        if (cold) {
          Programs.dropCache(ext4);
        } else if (i == 0) {
          ChildRun.of(theirs);
        }
        other.add(clean(ChildRun.of(theirs), theirs));
      }
    }
    double beside = row("e2fsck -fn, " + how, other, Double.NaN);
    row("chunkfs fsck -fn, " + how, mine, beside);
  }

  private static ChildRun clean(ChildRun run, List<String> command) throws IOException {
    if (run.exit() != 0) {
      throw new IOException(
          "%s says that its image is not clean: exit code %d."
              .formatted(String.join(" ", command), run.exit()));
    }
    return run;
  }

  private double row(String name, List<ChildRun> runs, double beside) {
    if (runs.isEmpty()) {
      return Double.NaN;
    }
    double seconds = Figure.median(runs.stream().mapToDouble(ChildRun::seconds).toArray());
    double cpu = Figure.median(runs.stream().mapToDouble(ChildRun::cpuSeconds).toArray());
    double peak = Figure.median(runs.stream().mapToDouble(ChildRun::peakBytes).toArray());
    rows.accept(
        String.format(
            Locale.ROOT,
            "%-26s %8.2f s %8.2f s %10s %8s",
            name,
            seconds,
            cpu,
            Sizes.show((long) peak),
            Double.isNaN(beside) ? "" : String.format(Locale.ROOT, "%.2f", seconds / beside)));
    return seconds;
  }
}
