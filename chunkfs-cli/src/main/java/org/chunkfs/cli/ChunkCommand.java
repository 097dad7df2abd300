package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code chunkfs chunk}: a chunk's life, from outside. */
@Command(
    name = "chunk",
    customSynopsis = "chunkfs chunk [-h] [--json] crash|offline|online|check N DIR",
    description =
        "Acts on one chunk of a mounted image. crash: its incarnation ends at once, in the middle"
            + " of whatever it does; offline: the same, until it is told online; online: recovers"
            + " it; check: checks it, while the others go on serving.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs chunk crash 3 /mnt     chunk 3 is out of service, the others go on",
      "  chunkfs chunk online 3 /mnt    and it is back, with everything acknowledged",
      "  chunkfs chunk check 0 /mnt"
    })
public final class ChunkCommand extends Subcommand {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** What can be done with a chunk. */
  enum Action {
    CRASH,
    OFFLINE,
    ONLINE,
    CHECK;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(index = "0", paramLabel = "ACTION", description = "crash, offline, online or check.")
  private Action action = Action.CHECK;

  @Parameters(index = "1", paramLabel = "N", description = "The chunk's number.")
  private int chunk;

  @Parameters(index = "2", paramLabel = "DIR", description = "Where the image is mounted.")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "Print the server's answer as JSON.")
  private boolean json;

  @Override
  int run() throws IOException {
    if (chunk < 0) {
      throw usage("Chunks have numbers from 0 on, not " + chunk + ".");
    }
    try (ControlClient server = Mounts.connect(MountPoint.of(directory))) {
      JsonNode answer = server.call(request(), _ -> {}, PATIENCE);
      if (json) {
        out().println(action == Action.CHECK ? answer.path("report") : answer);
      } else if (action == Action.CHECK) {
        out().print(answer.path("text").asString(""));
      } else {
        String reason = answer.path("reason").asString("");
        out()
            .printf(
                "chunk %d is %s%s%n",
                chunk, answer.path("state").asString("?"), reason.isEmpty() ? "" : ": " + reason);
      }
      return action == Action.CHECK ? answer.path("exit").asInt(0) : DONE;
    }
  }

  private ObjectNode request() {
    if (action == Action.CHECK) {
      ObjectNode request = ControlClient.request("fsck").put("mode", "check");
      request.putArray("chunks").add(chunk);
      return request;
    }
    return ControlClient.request("chunk").put("action", action.toString()).put("chunk", chunk);
  }
}
