package org.chunkfs.cli.server;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.chunkfs.cli.output.FsckText;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.ExitCode;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.JsonReport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The control command {@code fsck}: {@code {"command":"fsck","mode":"check" or "repair",
 * "chunks":[...],"data":true}}. Checks one chunk after another; without {@code chunks} all. The
 * answer has {@code text}, {@code exit} as fsck(8) has it, and {@code reports}, one for each chunk.
 */
public final class FsckControl {
  private static final JsonMapper JSON = new JsonMapper();

  private final Volume volume;
  private final InstantSource clock;

  public FsckControl(Volume volume, InstantSource clock) {
    this.volume = volume;
    this.clock = clock;
  }

  /** Adds the command to a server. */
  public static void register(ControlServer server, Volume volume, InstantSource clock) {
    server.register("fsck", new FsckControl(volume, clock)::run);
  }

  /** Answers one request. */
  public JsonNode run(JsonNode request, Consumer<JsonNode> progress) throws IOException {
    boolean repair = !request.path("mode").asString("check").equals("check");
    boolean data = request.path("data").asBoolean(true);
    List<Integer> chunks = chunks(request.path("chunks"));
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode reports = answer.putArray("reports");
    StringBuilder text = new StringBuilder();
    int exit = 0;
    int done = 0;
    for (int chunk : chunks) {
      Instant now = clock.instant();
      FsckReport report =
          OnlineFsck.run(
              volume, chunk, data, repair, now.getEpochSecond() * 1_000_000_000L + now.getNano());
      text.append(FsckText.of(report, "chunk " + chunk, false));
      reports.add(JSON.readTree(JsonReport.of(report)));
      exit |= exit(report);
      progress.accept(JSON.createObjectNode().put("done", ++done).put("total", chunks.size()));
    }
    return answer.put("text", text.toString()).put("exit", exit);
  }

  private static int exit(FsckReport report) {
    int corrected = report.repaired() ? ExitCode.CORRECTED.bit() : 0;
    return report.clean() ? corrected : corrected | ExitCode.UNCORRECTED.bit();
  }

  private List<Integer> chunks(JsonNode wanted) throws IOException {
    int count = volume.layout().chunks();
    List<Integer> chunks = new ArrayList<>();
    for (JsonNode each : wanted) {
      int chunk = each.asInt(-1);
      if (chunk < 0 || chunk >= count) {
        throw new IOException(
            "There is no chunk %s; the image has chunks 0 to %d.".formatted(each, count - 1));
      }
      chunks.add(chunk);
    }
    for (int chunk = 0; wanted.isEmpty() && chunk < count; chunk++) {
      chunks.add(chunk);
    }
    return chunks;
  }
}
