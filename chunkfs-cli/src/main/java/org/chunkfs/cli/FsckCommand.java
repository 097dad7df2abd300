package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.chunkfs.cli.fsck.CheckProgress;
import org.chunkfs.cli.fsck.ChunkRanges;
import org.chunkfs.cli.fsck.OptionalWord;
import org.chunkfs.cli.fsck.PlanFile;
import org.chunkfs.cli.fsck.Prompt;
import org.chunkfs.cli.fsck.Stopped;
import org.chunkfs.cli.fsck.Terminal;
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
import org.chunkfs.fsck.plan.PlanJson;
import org.chunkfs.fsck.plan.RepairPlan;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.HtmlReport;
import org.chunkfs.fsck.report.JsonReport;
import org.chunkfs.fsck.undo.UndoDevice;
import org.chunkfs.fsck.undo.UndoFile;
import org.chunkfs.fsck.undo.UndoStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code chunkfs fsck}: checks and repairs. */
@Command(
    name = "fsck",
    customSynopsis = {
      "chunkfs fsck [-n|-p|-y] [-fCqvh] [-b BLOCK] [--chunk N,...] [--data] [-j N] [--json]"
          + " [--html FILE] [-z FILE] IMAGE...|DIR",
      "chunkfs fsck [-p] --plan [--plan-out FILE] IMAGE...",
      "chunkfs fsck -y --plan FILE [-z FILE] IMAGE...",
      "chunkfs fsck --undo FILE IMAGE..."
    },
    description =
        "Checks an image, and repairs it; or, by its mount point, one that is being served: chunk"
            + " by chunk, while the others go on. Without -n, -p or -y it asks before each repair"
            + " on a terminal; where there is none it only looks.",
    exitCodeOnInvalidInput = 16,
    footerHeading = "%nExit codes, summed, as fsck(8):%n",
    footer = {
      "  0 clean, 1 corrected, 4 left uncorrected, 8 operational error, 16 usage, 32 cancelled",
      "",
      "Examples:",
      "  chunkfs fsck -n disk.img                        look, change nothing",
      "  chunkfs fsck --data -y -z undo disk.img         check data too, repair, keep a way back",
      "  chunkfs fsck --undo undo disk.img               take that repair back, byte for byte",
      "  chunkfs fsck --plan --plan-out plan disk.img    what a repair would do, lose and cost",
      "  chunkfs fsck -y --plan plan disk.img            do that plan, and nothing else",
      "  chunkfs fsck -n /mnt                            look at a mounted image while it serves",
      "  chunkfs fsck -y --chunk 3 /mnt                  repair chunk 3 of a mounted image",
      "  chunkfs fsck -n -f --chunk 57- disk.img         go on with a check that was stopped"
    })
public final class FsckCommand extends Subcommand {
  /** While one waits for the disk, another one can work. */
  private static final int THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors() * 3L / 2, 2, 8);

  private static final Duration PATIENCE = Duration.ofMinutes(30);

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE...|DIR",
      hideParamSyntax = true,
      description = "The files or devices of the image, or where it is mounted.")
  private List<Path> paths = List.of();

  @Option(names = "-n", description = "Change nothing.")
  private boolean no;

  @Option(
      names = {"-p", "-a"},
      description = "Repair what can be repaired without losing anything; leave the rest.")
  private boolean preen;

  @Option(names = "-y", description = "Repair everything, without asking.")
  private boolean yes;

  @Option(
      names = "-f",
      description = "Check all chunks, also those found sound before and not changed since.")
  private boolean force;

  @Option(
      names = "--data",
      description = "Compare file data with its checksums too, in all chunks.")
  private boolean data;

  @Option(
      names = "-C",
      arity = "0..1",
      paramLabel = "0",
      preprocessor = OptionalWord.Zero.class,
      description =
          "Show progress, and how long it will take. A 0 after it, as for e2fsck, means the same.")
  private @Nullable String showProgress;

  @Option(names = "-q", description = "Say nothing but what is wrong.")
  private boolean quiet;

  @Option(names = "-v", description = "Tell also notes, and each repair.")
  private boolean verbose;

  @Option(
      names = "-b",
      paramLabel = "BLOCK",
      description =
          "Take the image's layout from this block of the first file: a superblock, or the header"
              + " of a chunk (the first one is in 256); else from the first sound one.")
  private long copy = -1;

  @Option(
      names = "--chunk",
      split = ",",
      paramLabel = "N,...",
      description = "Only these chunks: 3, 5-9, or 12- for 12 and all after it.")
  private List<String> chunkWords = new ArrayList<>();

  @Option(
      names = "-j",
      paramLabel = "N",
      description =
          "Chunks checked at once (three for two processors, at most 8); bounds the memory.")
  private @Nullable Integer threads;

  @Option(
      names = "--plan",
      arity = "0..1",
      paramLabel = "FILE",
      preprocessor = OptionalWord.Plan.class,
      description =
          "Show what a repair would do, lose and cost; change nothing. With -y and a FILE of"
              + " --plan-out: do that plan and nothing else, or nothing if the image has changed."
              + " The next word is the FILE if there is a plan in it.")
  private @Nullable String plan;

  @Option(
      names = "--plan-out",
      paramLabel = "FILE",
      description = "Write the plan to a file, as JSON.")
  private @Nullable Path planOut;

  @Option(
      names = {"-z", "--undo-out"},
      paramLabel = "FILE",
      description = "Before anything is overwritten save what was there to a new file.")
  private @Nullable Path undoOut;

  @Option(
      names = "--undo",
      paramLabel = "FILE",
      description = "Take back what -z FILE was written for. With -y or -p the same as -z FILE.")
  private @Nullable Path undo;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as a page to look at.")
  private @Nullable Path html;

  private Set<Integer> chunks = Set.of();

  private final Terminal terminal;
  private final InstantSource clock;
  private final byte[] bootId;
  private final Opener opener;

  /** Opens an image by its members; see {@link Image#open(List, Mode, long)}. */
  @FunctionalInterface
  interface Opener {
    Image open(List<Path> members, Mode mode, long copy) throws IOException;
  }

  public FsckCommand() {
    this(Terminal.ofProcess(), InstantSource.system(), hostsBootId(), Image::open);
  }

  /**
   * @param bootId of the machine, 16 bytes; zeros: not known
   */
  FsckCommand(Terminal terminal, InstantSource clock, byte[] bootId, Opener opener) {
    this.terminal = terminal;
    this.clock = clock;
    this.bootId = bootId.clone();
    this.opener = opener;
  }

  @Override
  int run() throws IOException {
    refuseNonsense();
    return paths.size() == 1 && Mounts.isDirectory(paths.getFirst())
        ? online(MountPoint.of(paths.getFirst()))
        : offline();
  }

  @Override
  int failed() {
    return ExitCode.OPERATIONAL_ERROR.bit();
  }

  private void refuseNonsense() {
    if ((no ? 1 : 0) + (preen ? 1 : 0) + (yes ? 1 : 0) > 1) {
      throw usage("Only one of -n, -p and -y makes sense.");
    }
    if (threads != null && (threads < 1 || threads > 64)) {
      throw usage("-j takes 1 to 64, not " + threads + ".");
    }
    if (yes && plan != null && plan.isEmpty()) {
      throw usage("Which plan? After --plan comes a file that --plan-out wrote.");
    }
    if (!yes && plan != null && !plan.isEmpty()) {
      throw usage("A plan is carried out with -y --plan %s.".formatted(plan));
    }
    if (yes && planOut != null) {
      throw usage("--plan-out only plans; -y --plan FILE carries the plan out.");
    }
    if (undo != null && undoOut != null) {
      throw usage("Only one of --undo and -z makes sense.");
    }
    if (no && undo != null) {
      throw usage("-n changes nothing, and takes nothing back.");
    }
  }

  private boolean planning() {
    return planOut != null || plan != null && plan.isEmpty();
  }

  private int online(MountPoint point) throws IOException {
    if (plan != null || planOut != null || undo != null || undoOut != null) {
      throw usage("Plans and undo are for images that are not mounted.");
    }
    if (copy >= 0) {
      throw usage("-b is for images that are not mounted; this one's layout is known.");
    }
    if (threads != null) {
      throw usage("A mounted image is checked one chunk at a time; -j is for others.");
    }
    ObjectNode request =
        ControlClient.request("fsck")
            .put("mode", yes ? "repair" : preen ? "preen" : "check")
            .put("data", data)
            .put("name", name())
            .put("verbose", verbose)
            .put("html", html != null);
    ArrayNode wanted = request.putArray("chunks");
    argument(() -> ChunkRanges.of(chunkWords));
    chunkWords.forEach(wanted::add);
    CheckProgress progress = progress();
    try (ControlClient server = Mounts.connect(point)) {
      JsonNode answer = server.call(request, p -> told(progress, p), PATIENCE);
      boolean clean = answer.path("clean").asBoolean(false);
      if (html != null) {
        Files.writeString(html, answer.path("html").asString(""));
      }
      if (json) {
        out().println(answer.path("report"));
      } else if (!quiet || !clean) {
        out().print(answer.path("text").asString(""));
        advise(clean, "nothing was changed");
      }
      return answer.path("exit").asInt(ExitCode.OPERATIONAL_ERROR.bit());
    }
  }

  private int offline() throws IOException {
    boolean asks = !no && !yes && !preen && terminal.present();
    boolean writes = !planning() && (yes || preen || asks || undo != null);
    try (Image image = opener.open(paths, writes ? Mode.READ_WRITE : Mode.READ_ONLY, copy)) {
      chunks = argument(() -> ChunkRanges.of(chunkWords).in(image.layout().chunks()));
      if (undo != null && !yes && !preen) {
        return takeBack(image, undo);
      }
      FsckOptions options = options();
      if (planning()) {
        return plan(image, options);
      }
      if (plan != null) {
        return carryOut(image, PlanFile.read(Path.of(plan)), options);
      }
      if (asks) {
        return ask(image, options);
      }
      CheckProgress progress = progress();
      try (Stopped stopped = Stopped.tells(progress, wanted(image), err())) {
        FsckReport report =
            options.repair() == Repair.NO
                ? Fsck.check(image, options, progress)
                : saving(image, target -> Fsck.repair(target, options, progress));
        stopped.not();
        return tell(report, false);
      }
    }
  }

  private FsckOptions options() {
    Repair repair = yes ? Repair.YES : preen ? Repair.PREEN : Repair.NO;
    Instant now = clock.instant();
    return new FsckOptions(
            repair,
            data,
            chunks,
            threads == null ? THREADS : threads,
            bootId,
            now.getEpochSecond() * 1_000_000_000L + now.getNano())
        .withEarlier(earlier());
  }

  /** Of a plan, nothing: it does only what it says. */
  private FsckOptions.Earlier earlier() {
    if (planning() || plan != null || !chunks.isEmpty()) {
      return FsckOptions.Earlier.IGNORE;
    }
    return force || data ? FsckOptions.Earlier.RENEW : FsckOptions.Earlier.TRUST;
  }

  private int ask(Image image, FsckOptions options) throws IOException {
    Prompt prompt = new Prompt(terminal, out());
    try {
      FsckReport report = saving(image, target -> Fsck.repair(target, options, progress(), prompt));
      return tell(report, true);
    } catch (Prompt.CancelledException e) {
      complain(Sentence.of(e));
      return ExitCode.CANCELLED.bit() | (prompt.any() ? ExitCode.CORRECTED.bit() : 0);
    }
  }

  private int plan(Image image, FsckOptions options) throws IOException {
    RepairPlan made = Fsck.plan(image, options, progress());
    String text = PlanJson.of(made, options);
    if (planOut != null) {
      Files.writeString(planOut, text + "\n");
    }
    page(made.report());
    if (json) {
      out().println(text);
    } else {
      out().print(FsckText.of(made, name(), verbose));
    }
    FsckReport report = made.report();
    return report.warnings() + report.errors() == 0 && made.empty()
        ? 0
        : ExitCode.UNCORRECTED.bit();
  }

  private int carryOut(Image image, PlanFile file, FsckOptions options) throws IOException {
    RepairPlan made = Fsck.plan(image, file.options(options), progress());
    file.demand(made);
    FsckReport report =
        saving(
            image,
            target -> {
              made.carryOut(target.device());
              return made.report();
            });
    return tell(report, false);
  }

  private int takeBack(Image image, Path file) throws IOException {
    try (UndoStore store = UndoStore.open(file)) {
      UndoFile undone = UndoFile.read(store);
      undone.takeBack(image);
      out()
          .println(
              json
                  ? "{\"undone\":%d}".formatted(undone.blocks())
                  : "%s: %d blocks are as they were".formatted(name(), undone.blocks()));
      return 0;
    }
  }

  /** Runs a repair, with what it overwrites saved first where that is wanted. */
  private FsckReport saving(Image image, RepairPlan.Work work) throws IOException {
    Path file = undoOut != null ? undoOut : undo;
    if (file == null) {
      return work.run(image);
    }
    long saved = -1;
    try (UndoStore store = UndoStore.create(file)) {
      UndoDevice device = UndoDevice.before(image, store);
      FsckReport report = work.run(image.on(device));
      device.finish();
      saved = device.blocks();
      return report;
    } finally {
      if (saved == 0) {
        Files.deleteIfExists(file); // nothing was overwritten, there is nothing to take back
      }
    }
  }

  private String name() {
    return String.valueOf(paths.getFirst());
  }

  private void page(FsckReport report) throws IOException {
    if (html != null) {
      Files.writeString(html, HtmlReport.of(report, name(), planning()));
    }
  }

  /**
   * @param told whether the findings were shown with the questions
   */
  private int tell(FsckReport report, boolean told) throws IOException {
    page(report);
    if (json) {
      out().println(JsonReport.of(report));
    } else if (!quiet || !report.clean()) {
      out()
          .print(
              told && (report.repaired() || !report.clean())
                  ? FsckText.outcome(name(), report, verbose)
                  : FsckText.of(report, name(), verbose));
      if (!told) {
        advise(report.clean(), "nothing was changed, there is no terminal to ask on");
      } else if (preen) {
        advise(report.clean(), "");
      }
    }
    int exit = report.repaired() ? ExitCode.CORRECTED.bit() : 0;
    return report.clean() ? exit : exit | ExitCode.UNCORRECTED.bit();
  }

  /** Says what to do about what is left. */
  private void advise(boolean clean, String unchanged) {
    if (preen && !clean) {
      out().println(name() + ": UNEXPECTED INCONSISTENCY; RUN chunkfs fsck WITHOUT -p.");
    } else if (!no && !yes && !clean) {
      out().println("%s: %s; -y repairs it.".formatted(name(), unchanged));
    }
  }

  private CheckProgress progress() {
    return new CheckProgress(showProgress != null && !json ? err() : null, System::nanoTime);
  }

  private BitSet wanted(Image image) {
    BitSet wanted = new BitSet();
    wanted.set(0, image.layout().chunks());
    if (!chunks.isEmpty()) {
      wanted.clear();
      chunks.forEach(wanted::set);
    }
    return wanted;
  }

  /** What a server says of its progress. */
  private static void told(CheckProgress progress, JsonNode told) {
    if (told.has("chunk")) {
      List<String> found = new ArrayList<>();
      told.path("found").forEach(each -> found.add(each.asString("")));
      progress.chunk(told.path("chunk").asInt(0), told.path("share").asDouble(0), found);
    }
    progress.at(
        told.path("pass").asString("chunks"),
        told.path("done").asInt(0),
        told.path("total").asInt(0));
  }

  /** The running machine's boot id where it has one (Linux), else zeros. */
  private static byte[] hostsBootId() {
    try {
      String text = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
      byte[] id = HexFormat.of().parseHex(text.strip().replace("-", ""));
      return id.length == 16 ? id : new byte[16];
    } catch (IOException | IllegalArgumentException e) {
      return new byte[16];
    }
  }
}
