package org.chunkfs.fsck.scrub;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeState.Scrub;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.online.Looker;
import org.chunkfs.fsck.online.Mender;
import org.chunkfs.fsck.online.Sweep;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Checks the chunks of a volume in use one after another, file data included and from the medium,
 * then what they say of each other; and begins again when the period is over.
 *
 * <p>How far it has come is kept in the volume record. What can be repaired without losing anything
 * it repairs. A chunk whose metadata is damaged otherwise it takes out of service; one with damaged
 * file data goes on. Both wait for a person.
 */
public final class Scrubber implements AutoCloseable {
  private static final long LONGEST_WAIT_MILLIS = 60_000;
  private static final long END_MILLIS = 10_000;

  /** What tells of file data alone. */
  private static final Set<Problem> OF_DATA = Set.of(Problem.DATA_CRC, Problem.UNREADABLE);

  private final Volume volume;
  private final Upkeep upkeep;
  private final ScrubOptions options;
  private final InstantSource clock;
  private final Consumer<String> log;
  private final Looker looker;
  private final int chunks;
  private final Thread thread;
  private final Object monitor = new Object();

  // Guarded by the monitor.
  private final Map<Integer, String> waiting = new TreeMap<>();
  private boolean stopped;
  private long repairs;

  /**
   * How it stands.
   *
   * @param running whether a round is under way
   * @param started when the last round began, nanoseconds since 1970; 0: there was none
   * @param next the chunk that is next in it; the number of chunks: what they say of each other
   * @param due when the next round is to begin, nanoseconds since 1970
   * @param repairs made since the volume was opened
   * @param waiting what waits for a person, by chunk; -1: the image as a whole
   */
  public record Status(
      ScrubOptions options,
      boolean running,
      long started,
      int next,
      long due,
      long repairs,
      Map<Integer, String> waiting) {}

  private Scrubber(Volume volume, ScrubOptions options, InstantSource clock, Consumer<String> log) {
    this.volume = volume;
    this.upkeep = volume.upkeep();
    this.options = options;
    this.clock = clock;
    this.log = log;
    this.chunks = volume.layout().chunks();
    this.looker =
        Looker.ofMedia(
            volume,
            (chunk, media) ->
                new PacedDevice(media, options.share(), () -> upkeep.pressed(chunk), this::pause));
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-scrub").unstarted(this::run);
  }

  /**
   * Begins, or goes on where the last one stood.
   *
   * @param volume open for writing; to be closed after this
   * @param log is told what was found and done, a sentence each
   */
  public static Scrubber start(
      Volume volume, ScrubOptions options, InstantSource clock, Consumer<String> log) {
    Scrubber scrubber = new Scrubber(volume, options, clock, log);
    scrubber.thread.start();
    return scrubber;
  }

  /** How it stands. */
  public Status status() {
    Scrub at = upkeep.scrub();
    synchronized (monitor) {
      return new Status(
          options,
          under(at),
          at.started(),
          Math.min(at.next(), chunks),
          due(at),
          repairs,
          Map.copyOf(waiting));
    }
  }

  /** Ends it where it stands; the volume may be closed then. */
  @Override
  public void close() {
    synchronized (monitor) {
      stopped = true;
      monitor.notifyAll();
    }
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean over() {
    synchronized (monitor) {
      return stopped;
    }
  }

  private void pause(long nanos) throws IOException {
    synchronized (monitor) {
      long until = System.nanoTime() + nanos;
      for (long left = nanos; left > 0 && !stopped; left = until - System.nanoTime()) {
        await(left / 1_000_000 + 1);
      }
      if (stopped) {
        throw new IOException("the check has ended");
      }
    }
  }

  private void await(long millis) {
    try {
      monitor.wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }

  /** One more than the last chunk is what they say of each other; two more is the end. */
  private boolean under(Scrub at) {
    return at.started() != 0 && at.next() <= chunks;
  }

  private long due(Scrub at) {
    long from = at.started() != 0 ? at.started() : volume.layout().created();
    return from + options.period().toNanos();
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private void run() {
    try {
      while (!over()) {
        Scrub at = upkeep.scrub();
        if (under(at)) {
          step(at);
          continue;
        }
        long left = due(at) - now();
        if (left <= 0) {
          begin();
        } else {
          synchronized (monitor) {
            if (!stopped) {
              await(Math.min(left / 1_000_000 + 1, LONGEST_WAIT_MILLIS));
            }
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      if (!over()) {
        log.accept("The check in the background has ended: " + e.getMessage());
      }
    }
  }

  private void begin() {
    synchronized (monitor) {
      waiting.clear();
    }
    upkeep.scrubbed(new Scrub(now(), 0));
  }

  private void step(Scrub at) throws IOException {
    if (at.next() < chunks) {
      chunk(at.next());
    } else {
      across();
    }
    if (!over()) {
      upkeep.scrubbed(new Scrub(at.started(), at.next() + 1));
    }
  }

  private void chunk(int chunk) throws IOException {
    if (!upkeep.serves(chunk)) {
      return; // who took it out of service knows
    }
    Findings findings;
    try {
      findings = looker.look(true, Crossings.outline(chunk)).findings();
    } catch (ChunkUnavailableException e) {
      return;
    }
    if (over()) {
      return;
    }
    List<Finding> wrong = wrong(findings.list());
    if (wrong.isEmpty()) {
      upkeep.trust(chunk);
      return;
    }
    List<Finding> marks = new ArrayList<>(wrong);
    marks.removeIf(finding -> finding.problem() != Problem.RING_MAP_BIT);
    wrong.removeAll(marks);
    Mender mender = mender(new Sweep(volume, true));
    if (!marks.isEmpty()) {
      mender.records();
    }
    if (!wrong.isEmpty() && !mender.renew(chunk, wrong)) {
      if (safe(wrong)) {
        mender.chunk(chunk, wrong);
      } else {
        damaged(chunk, wrong);
      }
    }
    told(mender);
  }

  private Mender mender(Sweep sweep) {
    return new Mender(volume, sweep, true, now());
  }

  private void told(Mender mender) {
    mender.log().forEach(log);
    synchronized (monitor) {
      repairs += mender.log().isEmpty() ? 0 : 1;
    }
  }

  /** What cannot be repaired without a person. */
  private void damaged(int chunk, List<Finding> wrong) {
    Finding first = Sweep.firstWrong(wrong);
    boolean data = wrong.stream().allMatch(finding -> OF_DATA.contains(finding.problem()));
    if (data) {
      upkeep.suspect(chunk, first.toString());
    } else {
      upkeep.fence(chunk, first.block(), first.toString());
    }
    waits(chunk, wrong);
  }

  private void waits(int chunk, List<Finding> wrong) {
    String what =
        wrong.size() == 1
            ? wrong.getFirst().toString()
            : "%s, and %d more".formatted(wrong.getFirst(), wrong.size() - 1);
    synchronized (monitor) {
      waiting.put(chunk, what);
    }
    log.accept("Found damage: " + what);
  }

  private static boolean safe(List<Finding> wrong) {
    return wrong.stream().allMatch(finding -> finding.problem().preen());
  }

  private static List<Finding> wrong(List<Finding> findings) {
    return new ArrayList<>(findings.stream().filter(Finding::repairable).toList());
  }

  /** The image's own records, and what chunks say of each other; reads metadata alone. */
  private void across() throws IOException {
    Sweep sweep = new Sweep(volume, false, looker);
    Set<Integer> all = new TreeSet<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      if (upkeep.serves(chunk)) {
        all.add(chunk);
      }
    }
    sweep.run(all, Progress.NONE);
    if (over()) {
      return;
    }
    Mender mender = mender(sweep);
    settle(-1, wrong(sweep.ofRecords()), mender::records);
    List<Finding> across = wrong(sweep.ofBorders());
    settle(across.isEmpty() ? -1 : across.getFirst().chunk(), across, () -> mender.across(across));
    told(mender);
  }

  private interface Repair {
    void make() throws IOException;
  }

  private void settle(int chunk, List<Finding> wrong, @Nullable Repair repair) throws IOException {
    if (wrong.isEmpty() || repair == null) {
      return;
    }
    if (safe(wrong)) {
      repair.make();
      return;
    }
    for (Finding finding : wrong) {
      if (finding.chunk() >= 0) {
        upkeep.suspect(finding.chunk(), finding.toString());
      }
    }
    waits(chunk, wrong);
  }
}
