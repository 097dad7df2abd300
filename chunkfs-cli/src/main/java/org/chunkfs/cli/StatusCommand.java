package org.chunkfs.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.inspect.OfflineStatus;
import org.chunkfs.cli.output.StatusText;
import org.chunkfs.cli.server.ControlClient;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.Image;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code chunkfs status}: the chunks of an image, how they are and why. */
@Command(
    name = "status",
    customSynopsis = "chunkfs status [-ahw] [--json] IMAGE...|DIR",
    description =
        "Shows the chunks of an image, their states and the reasons, space and journals: of a"
            + " mounted image as its server sees it, else as the disk tells.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs status /mnt",
      "  chunkfs status --watch /mnt             again every second, until Ctrl-C",
      "  chunkfs status --json disk.img | jq '.chunks[] | select(.state != \"online\")'"
    })
public final class StatusCommand extends Subcommand {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE...|DIR",
      hideParamSyntax = true,
      description = "The members of an image, or where it is mounted.")
  private List<String> images = List.of();

  @Option(
      names = {"-w", "--watch"},
      description = "Show it again every second.")
  private boolean watch;

  @Option(
      names = {"-a", "--all"},
      description = "A line for every chunk, not only for those that are out.")
  private boolean all;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  int run() throws IOException {
    do {
      JsonNode status = status();
      if (json) {
        out().println(status);
      } else {
        if (watch) {
          out().print("\033[H\033[2J"); // home, and clear what was there
        }
        new StatusText(out(), unicode(), all).print(status);
      }
      out().flush();
    } while (watch && pause());
    return DONE;
  }

  private JsonNode status() throws IOException {
    Path first = Path.of(images.getFirst());
    if (images.size() == 1 && Mounts.isDirectory(first)) {
      try (ControlClient server = Mounts.connect(MountPoint.of(first))) {
        return server.call(ControlClient.request("status"), _ -> {}, PATIENCE);
      }
    }
    List<Path> members = new ArrayList<>();
    for (String image : images) {
      members.addAll(argument(() -> ImagePath.members(image)));
    }
    try (Image image = Image.open(members, Mode.READ_ONLY)) {
      return new OfflineStatus(image).status();
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(1000);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean unicode() {
    String name = System.getProperty("stdout.encoding", Charset.defaultCharset().name());
    return name.equalsIgnoreCase(StandardCharsets.UTF_8.name());
  }
}
