package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chunkfs umount}: ends mounts. */
@Command(
    name = "umount",
    customSynopsis = "chunkfs umount [-fhl] DIR...",
    description = "Unmounts, and returns when the image is free again.",
    footerHeading = "%nExamples:%n",
    footer = {"  chunkfs umount /mnt", "  chunkfs umount --lazy /mnt     although it is in use"})
public final class UmountCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR...",
      hideParamSyntax = true,
      description = "Where an image is mounted.")
  private List<Path> directories = List.of();

  @Option(
      names = {"-l", "--lazy"},
      description =
          "Take it out of sight now; the image is free when its last user is gone. Does not wait"
              + " for that.")
  private boolean lazy;

  @Option(
      names = {"-f", "--force"},
      description = "Unmount although it is in use or does not answer; its users get errors.")
  private boolean force;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** What umount(8) passes to its helpers and means nothing here. */
  @Option(
      names = {"-n", "-r", "-v"},
      hidden = true)
  private boolean ignored;

  @Option(names = "-t", hidden = true)
  private String type = "";

  @Override
  public Integer call() {
    int exit = 0;
    for (Path directory : directories) {
      try {
        unmount(MountPoint.of(directory));
      } catch (IOException e) {
        spec.commandLine().getErr().println("chunkfs umount: " + e.getMessage());
        exit = 1;
      }
    }
    return exit;
  }

  private void unmount(MountPoint point) throws IOException {
    if (point.mounted().isEmpty()) {
      throw new IOException("No chunkfs is mounted on " + point + ".");
    }
    Optional<ControlClient> server = ControlClient.connect(point);
    if (server.isEmpty()) {
      // Nobody serves it any more, or it is not ours to ask.
      FuseMount.unmount(point, lazy || force || point.isStale());
      return;
    }
    try (ControlClient client = server.get()) {
      if (force) {
        FuseMount.abort(point);
      } else {
        FuseMount.unmount(point, lazy);
      }
      if (!lazy && !client.awaitEnd(PATIENCE)) {
        throw new IOException(
            point + " is unmounted, but its server has not let go of the image yet.");
      }
    }
  }
}
