package org.chunkfs.cli.server;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.chunkfs.cli.fsck.ChunkRanges;
import org.chunkfs.cli.output.FsckText;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.ExitCode;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.FsckOptions.Repair;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.HtmlReport;
import org.chunkfs.fsck.report.JsonReport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The control command {@code fsck}: {@code {"command":"fsck","mode":"check", "preen" or "repair",
 * "chunks":["3","5-9","12-"],"data":true,"name":"/mnt","verbose":false,"html":false}}. Checks one
 * chunk after another, and what they say of each other; without {@code chunks} all. The answer has
 * {@code text}, {@code exit} as fsck(8) has it, {@code report} as {@code chunkfs fsck --json}
 * prints it, and {@code html} where it was asked for.
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
    Repair repair =
        switch (request.path("mode").asString("check")) {
          case "check" -> Repair.NO;
          case "preen" -> Repair.PREEN;
          default -> Repair.YES;
        };
    if (repair != Repair.NO && volume.options().readOnly()) {
      throw new IOException(
          "The image is mounted read-only and cannot be repaired; -n checks it all the same.");
    }
    Instant now = clock.instant();
    FsckOptions options =
        FsckOptions.repair(now.getEpochSecond() * 1_000_000_000L + now.getNano())
            .withRepair(repair)
            .withData(request.path("data").asBoolean(true))
            .withChunks(chunks(request.path("chunks")));
    FsckReport report = OnlineFsck.run(volume, options, new Told(progress));
    String name = request.path("name").asString(name(options));
    ObjectNode answer = JSON.createObjectNode();
    answer.put("text", FsckText.of(report, name, request.path("verbose").asBoolean(false)));
    answer.put("exit", exit(report));
    answer.put("clean", report.clean());
    answer.set("report", JSON.readTree(JsonReport.of(report)));
    if (request.path("html").asBoolean(false)) {
      answer.put("html", HtmlReport.of(report, name, false));
    }
    return answer;
  }

  /** Tells the client how far it is, chunk by chunk. */
  private static final class Told implements Progress {
    private final Consumer<JsonNode> to;
    private ObjectNode next = JSON.createObjectNode();

    Told(Consumer<JsonNode> to) {
      this.to = to;
    }

    @Override
    public void chunk(int chunk, List<Finding> found, double share) {
      next.put("chunk", chunk).put("share", share);
      ArrayNode wrong = next.putArray("found");
      found.forEach(finding -> wrong.add(finding.toString()));
    }

    @Override
    public void at(String pass, int done, int total) {
      to.accept(next.put("pass", pass).put("done", done).put("total", total));
      next = JSON.createObjectNode();
    }
  }

  private static String name(FsckOptions options) {
    return options.chunks().size() == 1 ? "chunk " + options.chunks().iterator().next() : "image";
  }

  private static int exit(FsckReport report) {
    int corrected = report.repaired() ? ExitCode.CORRECTED.bit() : 0;
    return report.clean() ? corrected : corrected | ExitCode.UNCORRECTED.bit();
  }

  private Set<Integer> chunks(JsonNode wanted) throws IOException {
    List<String> words = new ArrayList<>();
    wanted.forEach(each -> words.add(each.asString("")));
    try {
      return ChunkRanges.of(words).in(volume.layout().chunks());
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
