package org.chunkfs.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.scratch.Cleanup;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Volume;

/**
 * Measures, through the library and one thread, on images in sparse files that are made for it and
 * removed.
 */
public final class Bench {
  /** Rounds before the first that counts: the compiler is done only after some 100,000 files. */
  private static final int CREATE_WARM_UPS = 4;

  private static final long GIB = 1L << 30;
  private static final long MIB = 1L << 20;
  private static final int HEAP_GOAL_MIB = 256;

  private final Path place;
  private final long size;
  private final Scale scale;
  private final FormatOptions format;
  private final Consumer<Figure> results;
  private final Cleanup cleanup;

  /**
   * @param place an empty directory
   * @param size bytes of the image for creates and streams, a multiple of 4096
   * @param now the time, nanoseconds since 1970
   * @param results gets each figure as soon as it is known
   */
  public Bench(
      Path place, long size, Scale scale, long now, Consumer<Figure> results, Cleanup cleanup) {
    this.place = place;
    this.size = size;
    this.scale = scale;
    this.format = FormatOptions.seeded(1, now);
    this.results = results;
    this.cleanup = cleanup;
  }

  /** Measures everything. */
  public void run() throws IOException {
    creates();
    streams();
    mkfs();
    for (long bytes : scale.images()) {
      recovery(bytes);
    }
    heap(scale.images()[scale.images().length - 1]);
  }

  private Path image(String name) throws IOException {
    Path file = place.resolve(name);
    cleanup.later(() -> Files.deleteIfExists(file));
    return file;
  }

  private void creates() throws IOException {
    Path file = image("creates.img");
    ScratchImage.make(file, size, format);
    double[] rates = new double[scale.rounds()];
    double[] apart = rates.clone();
    try (Volume volume = ScratchImage.open(file)) {
      for (int i = 0; i < CREATE_WARM_UPS; i++) {
        new Creates(volume, "warm-up-" + i).rate(scale.files(), i % 2 != 0);
      }
      for (int i = 0; i < rates.length; i++) {
        rates[i] = new Creates(volume, "round-" + i).rate(scale.files(), false);
        apart[i] = new Creates(volume, "apart-" + i).rate(scale.files(), true);
      }
    }
    Files.delete(file);
    String beside = "%.0f if created, then written".formatted(Figure.median(apart));
    results.accept(Figure.atLeast("create 4 KiB files", "files/s", 50_000, rates, beside));
  }

  private void streams() throws IOException {
    Path file = image("streams.img");
    Path plain = image("plain");
    ScratchImage.make(file, size, format);
    double[] write = new double[scale.rounds()];
    double[] read = write.clone();
    double[] plainWrite = write.clone();
    double[] plainRead = write.clone();
    try (Volume volume = ScratchImage.open(file)) {
      Streams streams = new Streams(volume, plain, scale.stream());
      streams.round();
      for (int i = 0; i < scale.rounds(); i++) {
        Streams.Rates rates = streams.round();
        write[i] = rates.write();
        read[i] = rates.read();
        plainWrite[i] = rates.plainWrite();
        plainRead[i] = rates.plainRead();
      }
    }
    Files.delete(file);
    results.accept(
        Figure.atLeast("write in sequence", "GB/s", 1, write, beside(write, plainWrite)));
    results.accept(
        Figure.atLeast("read from page cache", "GB/s", 2, read, beside(read, plainRead)));
  }

  private static String beside(double[] ours, double[] plain) {
    double theirs = Figure.median(plain);
    return String.format(
        Locale.ROOT, "plain file %.2f, ratio %.2f", theirs, Figure.median(ours) / theirs);
  }

  private void mkfs() throws IOException {
    String of = Sizes.show(scale.huge());
    double[] made = new double[scale.rounds()];
    double[] opened = made.clone();
    for (int i = 0; i < scale.rounds(); i++) {
      Path file = image("huge-" + i + ".img");
      long from = System.nanoTime();
      ScratchImage.make(file, scale.huge(), format);
      made[i] = since(from);
      opened[i] = firstAnswer(file);
      Files.delete(file);
    }
    results.accept(Figure.atMost("mkfs of " + of, "s", 1, made, ""));
    results.accept(Figure.atMost("first answer of " + of, "s", 1, opened, ""));
  }

  private static double since(long from) {
    return (System.nanoTime() - from) / 1e9;
  }

  /** Seconds from opening an image to a name found in its root. */
  private static double firstAnswer(Path file) throws IOException {
    long from = System.nanoTime();
    try (Volume volume = ScratchImage.open(file)) {
      volume.readdir(volume.root(), 0, _ -> true);
      return since(from);
    }
  }

  private void recovery(long bytes) throws IOException {
    String of = Sizes.show(bytes);
    double[] times = new double[scale.rounds()];
    long replayed = 0;
    for (int i = 0; i < scale.rounds(); i++) {
      Path file = image("killed-%d-%d.img".formatted(bytes / MIB, i));
      ScratchImage.make(file, bytes, format);
      try (BenchChild child = BenchChild.start(file, Long.MAX_VALUE / 2_000_000)) {
        pause(scale.writeMillis());
        child.kill();
      }
      long from = System.nanoTime();
      try (Volume volume = ScratchImage.open(file)) {
        volume.lookup(volume.root(), "child".getBytes(UTF_8));
        times[i] = since(from);
        replayed = volume.replayed();
      }
      Files.delete(file);
    }
    results.accept(
        Figure.atMost(
            "recovery after kill -9, " + of,
            "s",
            1,
            times,
            String.format(Locale.ROOT, "%,d records", replayed)));
  }

  private void heap(long bytes) throws IOException {
    Path file = image("heap.img");
    ScratchImage.make(file, bytes, format);
    try (BenchChild child = BenchChild.start(file, scale.heapMillis())) {
      String[] said = child.result();
      double[] peak = {Long.parseLong(said[1]) / (double) MIB};
      results.accept(
          Figure.atMost(
              "heap with " + Sizes.show(bytes),
              "MiB",
              HEAP_GOAL_MIB,
              peak,
              String.format(Locale.ROOT, "%,d files made", Long.parseLong(said[0]))));
    }
    Files.delete(file);
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  /** The least size of the image for creates and streams, for a scale. */
  public static long leastSize(Scale scale) {
    long files = (long) scale.files() * (2 * scale.rounds() + CREATE_WARM_UPS) * 8192;
    return Math.max(GIB / 8, 2 * Math.max(files, scale.stream() * 2)) & -4096L;
  }
}
