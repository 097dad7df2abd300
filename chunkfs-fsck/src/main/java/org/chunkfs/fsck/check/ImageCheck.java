package org.chunkfs.fsck.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.ChunkMemory;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.HistoryScan;
import org.chunkfs.fsck.scan.ImageScan;
import org.chunkfs.fsck.scan.Journal;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.Parallel;
import org.chunkfs.fsck.scan.RingView;
import org.chunkfs.fsck.scan.Standing;
import org.jspecify.annotations.Nullable;

/** Checks an image: what belongs to it as a whole, each chunk, then everything across chunks. */
public final class ImageCheck {
  private final BlockDevice device;
  private final ImageLayout layout;
  private final CheckOptions options;
  private final Progress progress;
  private final Findings findings = new Findings(-1);
  private final Crossings.Budget budget;
  private Map<Integer, Standing> standings = Map.of();
  private int done;
  private int total;
  private long workDone;
  private long workTotal;

  /**
   * What a check found.
   *
   * @param facts of each chunk, by number
   * @param history null if no volume record could be read
   */
  public record Result(
      Findings findings,
      Map<Integer, ChunkFacts> facts,
      Map<Integer, Findings> byChunk,
      ImageScan image,
      @Nullable HistoryScan history) {}

  private ImageCheck(Image image, CheckOptions options, Progress progress) {
    this.device = image.device();
    this.layout = image.layout();
    this.options = options;
    this.budget = new Crossings.Budget(options.crossFacts());
    this.progress = progress;
  }

  /**
   * Runs all passes; writes nothing.
   *
   * @throws IOException only if interrupted: whatever cannot be read is a finding
   */
  public static Result run(Image image, CheckOptions options, Progress progress)
      throws IOException {
    return new ImageCheck(image, options, progress).all();
  }

  private Result all() throws IOException {
    ImageScan image = ImageScan.read(device, layout, findings);
    VolumeState state = image.state();
    HistoryScan history = null;
    Keep keep = (chunk, header, scan) -> scan;
    if (state != null) {
      history =
          HistoryScan.read(
              device,
              layout,
              image,
              state,
              sameBoot(state),
              options.memory(),
              options.threads(),
              findings);
      keep = history;
      standings = history.standings();
      state.out().forEach((chunk, out) -> outOfService(chunk, out.reason().text()));
    }
    Map<Integer, ChunkFacts> skipped = history == null ? Map.of() : skipped(history);
    if (!skipped.isEmpty()) {
      Findings some = new Findings(-1);
      Result result = check(image, history, keep, skipped, some);
      if (!some.anyWrong() && !findings.anyWrong()) {
        for (Finding finding : some.list()) {
          if (finding.problem() != Problem.REMOTE_UNKNOWN) { // what was left out is not unknown
            findings.add(finding);
          }
        }
        return result;
      }
      result.facts.values().forEach(ChunkFacts::release);
    }
    return check(image, history, keep, Map.of(), findings);
  }

  /** Looks at all chunks but some, and what they say of each other. */
  private Result check(
      ImageScan image,
      @Nullable HistoryScan history,
      Keep keep,
      Map<Integer, ChunkFacts> skipped,
      Findings into)
      throws IOException {
    Map<Integer, Findings> byChunk = new TreeMap<>();
    Map<Integer, ChunkFacts> facts = chunks(keep, byChunk, skipped);
    byChunk.values().forEach(into::addAll);
    boolean explained =
        !options.chunks().isEmpty()
            || into.count(Problem.JOURNAL) + into.count(Problem.JOURNAL_STABLE) > 0;
    if (history != null && !explained) {
      history.lost().forEach(g -> into.add(Problem.COMMIT_LOST, Long.toHexString(g)));
    }
    CrossPass.run(facts, into);
    ContinuationPass.run(facts, into);
    ConnectivityPass.run(facts, into);
    return new Result(findings, facts, byChunk, image, history);
  }

  private Map<Integer, ChunkFacts> skipped(HistoryScan history) {
    Map<Integer, ChunkFacts> skipped = new TreeMap<>();
    for (int chunk = 0; options.skipSound() && chunk < layout.chunks(); chunk++) {
      Standing standing = standings.get(chunk);
      if (standing != null && history.soundSince(chunk) && options.chunks().isEmpty()) {
        skipped.put(chunk, ChunkFacts.skipped(chunk, standing));
      }
    }
    return skipped;
  }

  private void outOfService(int chunk, String why) {
    Findings of = new Findings(chunk);
    of.add(Problem.CHUNK_OUT, why);
    findings.addAll(of);
  }

  private boolean sameBoot(VolumeState state) {
    boolean known = !Arrays.equals(options.bootId(), new byte[16]);
    return known && Arrays.equals(options.bootId(), state.bootId());
  }

  private Map<Integer, ChunkFacts> chunks(
      Keep keep, Map<Integer, Findings> byChunk, Map<Integer, ChunkFacts> skipped)
      throws IOException {
    List<Integer> wanted = new ArrayList<>();
    Map<Integer, ChunkFacts> facts = new TreeMap<>();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      facts.put(chunk, skipped.getOrDefault(chunk, ChunkFacts.unknown(chunk)));
      if (skipped.containsKey(chunk)) {
        continue;
      }
      if (options.chunks().isEmpty() || options.chunks().contains(chunk)) {
        wanted.add(chunk);
        byChunk.put(chunk, new Findings(chunk));
      }
    }
    Again again = new Again(device, layout, keep);
    done = 0;
    total = wanted.size();
    workDone = 0;
    workTotal = wanted.stream().mapToLong(this::work).sum();
    for (ChunkFacts of :
        Parallel.map(wanted, options.threads(), chunk -> chunk(chunk, keep, byChunk.get(chunk)))) {
      of.ask(again);
      facts.put(of.chunk(), of);
    }
    return facts;
  }

  private ChunkFacts recalled(ChunkReader reader, Keep keep, Findings of) {
    ChunkMemory memory = options.memory();
    CheckKey key = CheckKey.of(reader, Journal.of(reader, memory), keep, options.data());
    Checked checked =
        memory.recall(
            reader.chunk(),
            key,
            () -> {
              Findings found = new Findings(reader.chunk());
              ChunkScan scan = ChunkScan.open(reader, keep, memory, found);
              return new Checked(ChunkCheck.run(scan, options.data()), found);
            });
    of.addAll(checked.findings());
    return checked.facts().shared();
  }

  /** What was found of a chunk. */
  private record Checked(ChunkFacts facts, Findings findings) {}

  /** What a chunk's check depends on besides its bytes: the part of its journal that counts. */
  private record CheckKey(boolean data, int records, long end, String damage) {
    static CheckKey of(ChunkReader reader, Journal journal, Keep keep, boolean data) {
      byte[] header = journal.headers().header();
      RingView ring = journal.ring();
      if (ring == null || header == null) {
        return new CheckKey(data, 0, 0, "");
      }
      RingScanner.Scan kept = keep.keep(reader.chunk(), header, ring.scan());
      RingScanner.Damage damage = keep.damage(reader.chunk(), ring.scan());
      return new CheckKey(
          data, kept.records().size(), kept.end(), damage == null ? "" : damage.what());
    }
  }

  private synchronized void told(int chunk, Findings of) {
    workDone += work(chunk);
    progress.chunk(chunk, of.list(), Math.min(1, (double) workDone / workTotal));
    progress.at("chunks", ++done, total);
  }

  /** About how long a chunk takes, in microseconds of some machine. */
  private long work(int chunk) {
    Standing standing = standings.get(chunk);
    return standing == null || standing.blocks() == 0
        ? 100
        : 500 + 2L * standing.inodes() + (options.data() ? 3L * standing.blocksUsed() : 0);
  }

  private ChunkFacts chunk(int chunk, Keep keep, @Nullable Findings mine) {
    Findings of = mine == null ? new Findings(chunk) : mine;
    ChunkReader reader = new ChunkReader(device, layout, chunk);
    if (!reader.present()) {
      told(chunk, of);
      return ChunkFacts.unknown(chunk); // that its member is missing is said once
    }
    ChunkFacts facts =
        options.memory() == ChunkMemory.NONE
            ? ChunkCheck.run(
                ChunkScan.open(reader, keep, of), options.data(), Crossings.within(chunk, budget))
            : recalled(reader, keep, of);
    told(chunk, of);
    return facts;
  }
}
