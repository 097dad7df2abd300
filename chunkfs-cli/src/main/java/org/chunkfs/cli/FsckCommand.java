package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.output.FsckText;
import org.chunkfs.cli.output.Sentence;
import org.chunkfs.cli.server.ControlClient;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.ExitCode;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.FsckOptions.Repair;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.JsonReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code chunkfs fsck}: checks and repairs. */
@Command(
    name = "fsck",
    customSynopsis =
        "chunkfs fsck [-n|-p|-y] [-fCqvh] [--chunk N,...] [--data] [-j N] [--json] IMAGE...|DIR",
    description =
        "Checks an image, and repairs it; or, by its mount point, one that is being served: chunk"
            + " by chunk, while the others go on.",
    exitCodeOnInvalidInput = 16,
    footerHeading = "%nExit codes, summed, as fsck(8):%n",
    footer = {
      "  0 clean, 1 corrected, 4 left uncorrected, 8 operational error, 16 usage, 32 cancelled",
      "",
      "Examples:",
      "  chunkfs fsck -n disk.img           look, change nothing",
      "  chunkfs fsck -f -y disk.img        check everything, data too, and repair",
      "  chunkfs fsck --chunk 3 -y /mnt     chunk 3 of a mounted image"
    })
public final class FsckCommand extends Subcommand {
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE...|DIR",
      hideParamSyntax = true,
      description = "The files or devices of the image, or where it is mounted.")
  private List<Path> paths = List.of();

  @Option(names = "-n", description = "Change nothing; with -v also say what would be changed.")
  private boolean no;

  @Option(
      names = {"-p", "-a"},
      description = "Repair what can be repaired without losing anything; stop at the rest.")
  private boolean preen;

  @Option(names = "-y", description = "Repair everything, without asking.")
  private boolean yes;

  @Option(names = "-f", description = "Check everything, file data too.")
  private boolean force;

  @Option(names = "--data", description = "Compare file data with its checksums.")
  private boolean data;

  @Option(names = "-C", description = "Show progress.")
  private boolean progress;

  @Option(names = "-q", description = "Say nothing but what is wrong.")
  private boolean quiet;

  @Option(names = "-v", description = "Tell also notes, and each repair.")
  private boolean verbose;

  @Option(names = "--chunk", split = ",", paramLabel = "N,...", description = "Only these chunks.")
  private Set<Integer> chunks = new LinkedHashSet<>();

  @Option(
      names = "-j",
      paramLabel = "N",
      description = "Chunks checked at once (2); bounds the memory.")
  private int threads = 2;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Override
  int run() throws IOException {
    if ((no ? 1 : 0) + (preen ? 1 : 0) + (yes ? 1 : 0) > 1) {
      throw usage("Only one of -n, -p and -y makes sense.");
    }
    if (threads < 1 || threads > 64) {
      throw usage("-j takes 1 to 64, not " + threads + ".");
    }
    try {
      if (paths.size() == 1 && Mounts.isDirectory(paths.getFirst())) {
        return online(MountPoint.of(paths.getFirst()));
      }
      return offline();
    } catch (IOException e) {
      complain(Sentence.of(e));
      return ExitCode.OPERATIONAL_ERROR.bit();
    }
  }

  private int online(MountPoint point) throws IOException {
    ObjectNode request =
        ControlClient.request("fsck")
            .put("mode", yes || preen ? "repair" : "check")
            .put("data", data || force || !preen);
    ArrayNode wanted = request.putArray("chunks");
    chunks.forEach(wanted::add);
    try (ControlClient server = Mounts.connect(point)) {
      JsonNode answer =
          server.call(
              request,
              p -> tick("chunks", p.path("done").asInt(0), p.path("total").asInt(0)),
              PATIENCE);
      out().print(json ? answer + System.lineSeparator() : answer.path("text").asString(""));
      return answer.path("exit").asInt(ExitCode.OPERATIONAL_ERROR.bit());
    }
  }

  private int offline() throws IOException {
    Repair repair = yes ? Repair.YES : preen ? Repair.PREEN : Repair.NO;
    boolean asks = !no && !yes && !preen;
    Instant now = Instant.now();
    FsckOptions options =
        new FsckOptions(
            repair,
            data || force,
            chunks,
            threads,
            bootId(),
            now.getEpochSecond() * 1_000_000_000L + now.getNano());
    Progress ticks = this::tick;
    try (Image image = Image.open(paths, repair == Repair.NO ? Mode.READ_ONLY : Mode.READ_WRITE)) {
      for (int chunk : chunks) {
        if (chunk < 0 || chunk >= image.layout().chunks()) {
          throw usage(
              "There is no chunk %d; the image has chunks 0 to %d."
                  .formatted(chunk, image.layout().chunks() - 1));
        }
      }
      FsckReport report =
          repair != Repair.NO
              ? Fsck.repair(image, options, ticks)
              : verbose ? Fsck.plan(image, options, ticks) : Fsck.check(image, options, ticks);
      return tell(report, asks);
    }
  }

  private int tell(FsckReport report, boolean asks) {
    String name = String.valueOf(paths.getFirst());
    if (json) {
      out().println(JsonReport.of(report));
    } else if (!quiet || !report.clean()) {
      out().print(FsckText.of(report, name, verbose));
      if (preen && !report.clean()) {
        out().println(name + ": unexpected inconsistency; run chunkfs fsck -y on it.");
      } else if (asks && !report.clean()) {
        out().println(name + ": nothing was changed; chunkfs fsck -y repairs it.");
      }
    }
    int exit = report.repaired() ? ExitCode.CORRECTED.bit() : 0;
    return report.clean() ? exit : exit | ExitCode.UNCORRECTED.bit();
  }

  private void tick(String pass, int done, int total) {
    if (progress && !json) {
      err().print("\r%s %d/%d%s".formatted(pass, done, total, done == total ? "\n" : ""));
      err().flush();
    }
  }

  /** The running machine's boot id where it has one (Linux), else zeros. */
  private static byte[] bootId() {
    try {
      String text = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
      byte[] id = HexFormat.of().parseHex(text.strip().replace("-", ""));
      return id.length == 16 ? id : new byte[16];
    } catch (IOException | IllegalArgumentException e) {
      return new byte[16];
    }
  }
}
