package org.chunkfs.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.chunkfs.cli.demo.Demo;
import org.chunkfs.cli.demo.Narration;
import org.chunkfs.cli.demo.Paint;
import org.chunkfs.cli.output.ChunkPicture;
import org.chunkfs.cli.output.Sizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chunkfs demo}: what chunkfs is for, shown on real files in less than a minute. */
@Command(
    name = "demo",
    customSynopsis = "chunkfs demo [-h] [--size S] [--dir DIR] [--keep FILE] [--seed N]",
    description =
        "Makes an image, fills it with the files of the JDK it runs on, mounts it, keeps it busy,"
            + " wrecks the metadata of one chunk, has that chunk repaired while the others go on,"
            + " kills the server, and checks every file. Exits with 1 if a promise was broken, and"
            + " leaves nothing behind.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs demo",
      "  chunkfs demo --size 128M                 shorter",
      "  chunkfs demo --keep demo.img             and look at what it left: chunkfs status demo.img"
    })
public final class DemoCommand extends Subcommand {
  private static final long LEAST = 66L << 20;
  private static final int CALM_MILLIS = 1500;

  private final InstantSource clock;

  @Option(
      names = {"-s", "--size"},
      paramLabel = "S",
      description = "Size of the image, which is sparse; 1G unless given, 66M at least.")
  private String size = "1G";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where to work, instead of the directory for temporary files.")
  private @Nullable Path directory;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "Keep the image, in a file that is not there yet.")
  private @Nullable Path keep;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the load does and where damage goes; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--no-mount",
      description = "Serve the image inside this process, as is done where nothing can be mounted.")
  private boolean inside;

  @Option(
      names = "--falsify",
      description = "Claim a wrong hash for one file, to see that the demo would notice.")
  private boolean falsify;

  @Option(
      names = "--ruthless",
      description =
          "Wreck names and inodes that other chunks know of, too: more than the repair of one chunk"
              + " can put right alone.")
  private boolean ruthless;

  public DemoCommand() {
    this(InstantSource.system());
  }

  DemoCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  int run() throws IOException {
    long bytes = argument(() -> Sizes.parse(size)) & -4096L;
    if (bytes < LEAST) {
      throw usage("--size %s is too small for 16 chunks; it must be 66M or more.".formatted(size));
    }
    if (keep != null && Files.exists(keep)) {
      throw new FileSystemException(keep.toString(), null, "exists already; name another file");
    }
    Path work = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
    Demo.Plan plan =
        new Demo.Plan(
            work.toAbsolutePath(),
            keep == null ? null : keep.toAbsolutePath(),
            bytes,
            seed,
            clock,
            !inside && Demo.canMount(),
            falsify,
            ruthless,
            CALM_MILLIS);
    Paint paint = Paint.forTerminal();
    Narration narration =
        new Narration(out(), paint, new ChunkPicture(unicode(), paint.colours()), System::nanoTime);
    return new Demo(plan, narration).run() ? DONE : FAILED;
  }

  private static boolean unicode() {
    String name = System.getProperty("stdout.encoding", Charset.defaultCharset().name());
    return name.equalsIgnoreCase(StandardCharsets.UTF_8.name());
  }
}
