package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Sentence;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.scratch.Cleanup;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.cli.scratch.ServedMount;
import org.chunkfs.cli.server.ControlClient;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The whole story in one run: makes an image, fills it with real files, serves it, keeps it busy,
 * wrecks one chunk's metadata, has it repaired while the others go on, kills the server, and checks
 * that every promise was kept.
 */
public final class Demo {
  /**
   * What to do.
   *
   * @param workDirectory where the image and the mount point are made
   * @param keep the file that becomes the image and stays, or null for one that does not
   * @param size bytes of the image, a multiple of 4096
   * @param seed of the load and of the damage
   * @param clock source of the times in the image
   * @param mount whether to mount the image, or to serve it inside this process
   * @param falsify whether to claim a wrong hash for one file
   * @param ruthless whether to wreck what other chunks know of, too
   * @param calmMillis how long to let the load run in each phase
   */
  public record Plan(
      Path workDirectory,
      @Nullable Path keep,
      long size,
      long seed,
      InstantSource clock,
      boolean mount,
      boolean falsify,
      boolean ruthless,
      int calmMillis) {}

  private static final long MIN_CHUNK = 4 << 20;
  private static final long FIRST_CHUNK = (long) Superblock.FIRST_CHUNK_BLOCK * BlockDevice.BLOCK;
  private static final int CHUNKS = 64;

  /** No request that does not go through the wrecked chunk may take longer, in milliseconds. */
  private static final long BOUND_MILLIS = 5_000;

  private static final int CANDIDATES = 3;
  private static final int REPORT_LINES = 6;
  private static final long NOTICE_MILLIS = 10_000;
  private static final long REPAIR_MILLIS = 60_000;

  private final Plan plan;
  private final Narration narration;
  private final Promises promises = new Promises();
  private final SplittableRandom random;
  private final Corpus corpus = new Corpus();
  private final int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

  public Demo(Plan plan, Narration narration) {
    this.plan = plan;
    this.narration = narration;
    this.random = new SplittableRandom(plan.seed());
  }

  /** Whether the image can be mounted here. */
  public static boolean canMount() {
    return ServedMount.possible();
  }

  /** The size of an image's chunks, so that there are about 64 of them. */
  static long chunkBytes(long size) {
    return Math.clamp(size / CHUNKS & -MIN_CHUNK, MIN_CHUNK, 1 << 30);
  }

  /** The size of an image whose chunks are all of one size: new directories spread evenly then. */
  static long imageBytes(long size) {
    long chunk = chunkBytes(size);
    return FIRST_CHUNK + (size - FIRST_CHUNK) / chunk * chunk;
  }

  /** Runs it; true if all promises were kept. */
  public boolean run() throws IOException {
    try (Cleanup cleanup = new Cleanup(complaint -> narration.say("%s", complaint))) {
      Path place = Files.createTempDirectory(plan.workDirectory(), "chunkfs-demo-");
      cleanup.later(() -> Files.deleteIfExists(place));
      Path image = plan.keep() == null ? place.resolve("demo.img") : plan.keep();
      if (plan.keep() == null) {
        cleanup.later(() -> Files.deleteIfExists(image));
      }
      Path directory = Files.createDirectory(place.resolve("mnt"));
      cleanup.later(() -> Files.deleteIfExists(directory));

      make(image);
      fill(image);
      Served served =
          plan.mount()
              ? MountServed.start(image, directory)
              : LocalServed.open(image, plan.clock());
      cleanup.later(served::close);
      narration.say(
          plan.mount()
              ? "mounted on %s, served by a process of its own"
              : "served inside this process (nothing can be mounted here: no usable /dev/fuse)%s",
          plan.mount() ? directory : "");
      play(image, served);
      served.close();
      check(image);
    }
    narration.out().println();
    promises.print(narration.out(), narration.paint());
    narration.out().println();
    if (plan.keep() != null) {
      narration.say("the image stays in %s", plan.keep());
    }
    if (promises.allKept()) {
      narration.say("all promises kept");
    } else {
      narration.say("%s", narration.paint().bad("broken: " + String.join("; ", promises.broken())));
    }
    return promises.allKept();
  }

  private void make(Path image) throws IOException {
    FormatOptions options =
        FormatOptions.seeded(random.nextLong(), nanos(plan.clock().instant()))
            .withChunkBytes(chunkBytes(plan.size()))
            .withLabel("demo")
            .withRootOwner(HostFiles.uid(), HostFiles.gid());
    ImageLayout layout = ScratchImage.make(image, imageBytes(plan.size()), options);
    narration.say(
        "made %s: %s in %d chunks of %s",
        image,
        Sizes.show(layout.bytes()),
        layout.chunks(),
        Sizes.show((long) layout.chunkBlocks() * BlockDevice.BLOCK));
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
  }

  private void fill(Path image) throws IOException {
    double from = narration.seconds();
    try (Volume volume = ScratchImage.open(image)) {
      long most = volume.statfs().blocksFree() * BlockDevice.BLOCK / 2;
      JdkFill fill = new JdkFill(volume, corpus, most, HostFiles.uid(), HostFiles.gid());
      fill.workshops(volume.layout().chunks());
      fill.run(threads);
    }
    if (plan.falsify()) {
      corpus.falsify(corpus.files().size() / 2);
    }
    double seconds = Math.max(1e-3, narration.seconds() - from);
    narration.say(
        "filled it with %,d files, %s, of this JDK's modules in %.1f s: %,.0f files/s, %s/s",
        corpus.files().size(),
        Sizes.show(corpus.bytes()),
        seconds,
        corpus.files().size() / seconds,
        Sizes.show((long) (corpus.bytes() / seconds)));
  }

  private void play(Path image, Served served) throws IOException {
    Wreck wreck = choose(image, served);
    int chunk = wreck.chunk();
    narration.draw(status(served));
    narration.legend();
    Load load = new Load(served.share());
    load.startElsewhere(corpus, chunk, random.split());
    narration.say(
        "readers and a writer are at work in all chunks but %d, the best filled one", chunk);
    long calm = calm(load);
    try (Watch watch = new Watch(served, chunk, narration)) {
      wreckAndRepair(image, served, load, wreck, watch, calm);
    }
    kill(served, load);
    pause(plan.calmMillis());
    load.stop();
    verify(served, load, wreck);
  }

  /** The chunk with most files of those that can be wrecked for show. */
  private Wreck choose(Path image, Served served) throws IOException {
    List<Map.Entry<Integer, Integer>> fullest = new ArrayList<>(corpus.perChunk().entrySet());
    fullest.sort(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder()));
    int tries = 0;
    for (Map.Entry<Integer, Integer> candidate : fullest) {
      int chunk = candidate.getKey();
      if (chunk == 0) {
        continue;
      }
      if (tries++ == CANDIDATES) {
        break;
      }
      restart(served, chunk);
      Wreck wreck = Wreck.plan(image, chunk, corpus, plan.ruthless());
      if (wreck != null) {
        return wreck;
      }
    }
    throw new IOException(
        "No chunk has enough in it to be wrecked for show; give a larger --size.");
  }

  /**
   * Crashes and recovers a chunk, which leaves its journal and its part of the memory almost empty:
   * what is overwritten then can be neither brought back nor overlooked. Twice, because the first
   * recovery remembers what it replayed.
   */
  private void restart(Served served, int chunk) throws IOException {
    double from = narration.seconds();
    for (int i = 0; i < 2; i++) {
      for (String action : List.of("crash", "online")) {
        served.ask(ControlClient.request("chunk").put("action", action).put("chunk", chunk));
      }
    }
    narration.say(
        "crashed chunk %d and recovered it, twice, in %.2f s", chunk, narration.seconds() - from);
  }

  /** Requests in a second while nothing is wrong. */
  private long calm(Load load) throws IOException {
    pause(plan.calmMillis());
    long from = load.elsewhere().count();
    pause(plan.calmMillis());
    return (load.elsewhere().count() - from) * 1000 / plan.calmMillis();
  }

  private void wreckAndRepair(
      Path image, Served served, Load load, Wreck wreck, Watch watch, long calm)
      throws IOException {
    int chunk = wreck.chunk();
    load.chunkOut(true);
    wreck.apply(image, random.split());
    double wrecked = narration.seconds();
    long before = load.elsewhere().count();
    narration.say(
        "%s behind the server's back: %s",
        narration.paint().bad("wrecked chunk " + chunk), wreck.describe());
    load.startThere(corpus.in(chunk), wreck.hit(), corpus.workshops().get(chunk), random.split());
    boolean noticed = watch.await(seen -> seen.contains("fenced"), NOTICE_MILLIS);
    if (!noticed) {
      narration.say("nobody has read it yet; asking for a check of the chunk");
      fsck(served, chunk, "check");
      noticed =
          watch.await(seen -> seen.contains("fenced") || seen.contains("suspect"), NOTICE_MILLIS);
    }
    double fenced = narration.seconds();
    boolean back = false;
    String report = "";
    load.repairing();
    try {
      JsonNode answer = fsck(served, chunk, "repair");
      report = answer.path("text").asString("").strip();
      told(report);
      if (!stateOf(served, chunk).equals("online")) {
        served.ask(ControlClient.request("chunk").put("action", "online").put("chunk", chunk));
      }
      back = watch.await(Demo::serves, REPAIR_MILLIS);
    } catch (IOException e) {
      report = Sentence.of(e);
    }
    double online = narration.seconds();
    long during = load.elsewhere().count() - before;
    pause(200); // those who were refused before it came back
    load.chunkOut(false);
    promises.judge(
        "damage is noticed",
        noticed,
        noticed
            ? "fenced %.2f s after it was wrecked".formatted(fenced - wrecked)
            : "chunk %d was never fenced".formatted(chunk));
    promises.judge(
        "a chunk is repaired online",
        back,
        back
            ? "%s, in %.2f s".formatted(String.join(" > ", watch.states()), online - fenced)
            : "chunk %d did not come back: %s".formatted(chunk, report));
    pause(plan.calmMillis());
    Tally others = load.elsewhere();
    promises.judge(
        "the other chunks go on",
        others.failures() == 0 && others.slowestMillis() <= BOUND_MILLIS && during > 0,
        "%,d requests there while chunk %d was out (%,.0f/s, before %,d/s), %d failed, slowest %d ms%s"
            .formatted(
                during,
                chunk,
                during / Math.max(1e-3, online - wrecked),
                calm,
                others.failures(),
                others.slowestMillis(),
                examples(others)));
  }

  /** The last lines of a report. */
  /**
   * Whether a chunk serves again; on a busy host one slow write makes it suspect, and it serves.
   */
  private static boolean serves(List<String> seen) {
    String last = seen.isEmpty() ? "" : seen.getLast();
    return last.equals("online") || last.equals("suspect") && seen.contains("repairing");
  }

  private void told(String report) {
    List<String> lines = report.lines().toList();
    for (String line : lines.subList(Math.max(0, lines.size() - REPORT_LINES), lines.size())) {
      narration.add("%s", line);
    }
  }

  private static String examples(Tally tally) {
    return tally.examples().isEmpty() ? "" : ": " + tally.examples().getFirst();
  }

  private static JsonNode status(Served served) throws IOException {
    return served.ask(ControlClient.request("status"));
  }

  private static String stateOf(Served served, int chunk) throws IOException {
    return status(served).path("chunks").path(chunk).path("state").asString("?");
  }

  private static JsonNode fsck(Served served, int chunk, String mode) throws IOException {
    ObjectNode request = ControlClient.request("fsck").put("mode", mode);
    request.putArray("chunks").add(chunk);
    return served.ask(request);
  }

  private void kill(Served served, Load load) throws IOException {
    load.killing();
    double killed = narration.seconds();
    served.kill();
    String how =
        plan.mount()
            ? "SIGKILL to the server, under load"
            : "gave up the volume without a word, under load";
    narration.say("%s", narration.paint().bad(how));
    served.restart();
    double answered = narration.seconds() - killed;
    load.awaitQuiet();
    long acknowledged = load.acknowledged();
    List<String> complaints = new ArrayList<>();
    int files = load.verifyOwn(complaints);
    narration.say("the next server answered %.2f s after the kill", answered);
    promises.judge(
        "kill -9 loses nothing acknowledged",
        complaints.isEmpty(),
        "%,d acknowledged changes, %,d files of writers compared%s; answers again after %.2f s"
            .formatted(
                acknowledged,
                files,
                complaints.isEmpty()
                    ? ""
                    : ", %d not as they should be: %s"
                        .formatted(complaints.size(), complaints.getFirst()),
                answered));
    load.resume();
  }

  private void verify(Served served, Load load, Wreck wreck) throws IOException {
    List<String> complaints = new ArrayList<>();
    load.verifyOwn(complaints);
    Verification all = new Verification(corpus.files(), wreck.hit());
    double from = narration.seconds();
    all.run(served.share(), 2 * threads);
    narration.say(
        "read all %,d files again in %.1f s", corpus.files().size(), narration.seconds() - from);
    complaints.addAll(all.bad());
    promises.judge(
        "every file is whole",
        complaints.isEmpty(),
        "%,d by their SHA-256; of %d whose inodes were overwritten %d are whole, %d lost%s"
            .formatted(
                all.whole(),
                wreck.hit().size(),
                all.hitWhole(),
                all.hitLost(),
                complaints.isEmpty()
                    ? ""
                    : "; %d are not: %s".formatted(complaints.size(), complaints.getFirst())));
    Tally there = load.there();
    long wrong = load.elsewhere().wrongs() + there.wrongs();
    promises.judge(
        "no wrong byte is served",
        wrong == 0,
        "%,d requests, %d with wrong content%s"
            .formatted(load.elsewhere().count() + there.count(), wrong, examples(there)));
    promises.judge(
        "the repaired chunk serves again",
        there.failures() == 0 && there.count() > 0,
        "%,d requests answered there, %,d refused while it was out or for what was lost, %d more%s"
            .formatted(there.count(), there.excuses(), there.failures(), examples(there)));
  }

  private void check(Path image) throws IOException {
    double from = narration.seconds();
    FsckReport report;
    try (Image opened = Image.open(List.of(image), Mode.READ_ONLY)) {
      report = Fsck.check(opened, FsckOptions.check().withThreads(2), Progress.NONE);
    }
    narration.say("checked the whole image in %.1f s", narration.seconds() - from);
    boolean clean = report.errors() + report.warnings() == 0;
    promises.judge(
        "fsck finds nothing",
        clean,
        clean
            ? report.summary(image.getFileName().toString())
            : "%d errors, %d warnings, such as: %s"
                .formatted(report.errors(), report.warnings(), report.findings().getFirst()));
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }
}
