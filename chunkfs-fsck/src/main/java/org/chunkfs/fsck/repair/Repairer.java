package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.check.Related;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.HistoryScan;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/**
 * Checks, repairs, and checks again, until nothing is wrong or nothing more can be done.
 *
 * <p>A round repairs the image's own records first, then each damaged chunk by itself; only when
 * all chunks are in order by themselves what crosses them. Each round is an opening with a volume
 * epoch of its own, so that its decision on older epochs is durable before anything is replayed.
 */
public final class Repairer {
  private static final int ROUNDS = 6;

  private final Image image;
  private final BlockDevice device;
  private final ImageLayout layout;
  private final CheckOptions options;
  private final Progress progress;
  private final long now;
  private final ImageRepair records;
  private final List<String> log = new ArrayList<>();
  private final Set<Integer> restarted = new HashSet<>();
  private final Worklist.Answers answers;

  /**
   * What was found and done.
   *
   * @param first the check before any repair
   * @param last the check after the last one; the same as {@code first} if nothing was done
   */
  public record Result(ImageCheck.Result first, ImageCheck.Result last, List<String> log) {
    /** Whether anything was written. */
    public boolean wrote() {
      return last != first;
    }
  }

  /**
   * @param consent what may be repaired
   * @param now goes into what is made, nanoseconds since 1970
   */
  public Repairer(Image image, CheckOptions options, Progress progress, Consent consent, long now) {
    this.image = image;
    this.device = image.device();
    this.layout = image.layout();
    this.options = options;
    this.progress = progress;
    this.answers = new Worklist.Answers(consent);
    this.now = now;
    this.records = new ImageRepair(image);
  }

  /**
   * Repairs what {@code first} found.
   *
   * @throws IOException if something cannot be written; running it again goes on from there
   */
  public Result run(ImageCheck.Result first) throws IOException {
    ImageCheck.Result result = first;
    List<Finding> before = List.of();
    for (int round = 0; round < ROUNDS && needsWork(result); round++) {
      Worklist work = Worklist.of(result.findings().list(), waiting(result), answers);
      boolean stuck = !work.refused.isEmpty() && result.findings().list().equals(before);
      if (work.isEmpty() || stuck) {
        break; // what is left hangs on what may not be repaired
      }
      if (round == 0) {
        device.flush();
      }
      before = result.findings().list();
      round(result, work);
      result = ImageCheck.run(image, options, progress);
    }
    VolumeState state = result.image().state();
    List<Integer> back = new ArrayList<>();
    if (state != null) {
      for (int chunk : state.out().keySet()) {
        if (restarted.contains(chunk)) {
          back.add(chunk);
        }
      }
    }
    if (state != null && !back.isEmpty() && !result.findings().anyRepairable()) {
      records.record(records.sensible(state, back).successor());
      result = ImageCheck.run(image, options, progress);
    }
    return new Result(first, result, log);
  }

  private boolean needsWork(ImageCheck.Result result) {
    return result.findings().anyRepairable() || !waiting(result).isEmpty();
  }

  /** Chunks out of service that only need a new start. */
  private Set<Integer> waiting(ImageCheck.Result result) {
    Set<Integer> waiting = new TreeSet<>();
    VolumeState state = result.image().state();
    if (state != null) {
      state
          .out()
          .forEach((chunk, out) -> {
            ChunkFacts facts = result.facts().get(chunk);
            if (out.reason() != VolumeState.Reason.OFFLINE
                && facts != null
                && facts.known()
                && !restarted.contains(chunk)) {
              waiting.add(chunk);
            }
          });
    }
    return waiting;
  }

  private void round(ImageCheck.Result result, Worklist work) throws IOException {
    HistoryScan history = result.history();
    Keep keep = history != null ? history : (chunk, header, scan) -> scan;
    long lastKept = history == null ? 0 : history.decision().lastKept();
    VolumeState state = state(history);
    records.copies(result.findings(), log);
    RepairHistory numbers = RepairHistory.of(device, records.record(state).epoch());
    log.add("write the volume record, epoch " + state.epoch());
    Set<Integer> restart = waiting(result);
    for (Finding finding : result.findings().list()) {
      if (finding.problem() == Problem.JOURNAL || finding.problem() == Problem.JOURNAL_STABLE) {
        restart.add(finding.chunk());
      }
    }
    for (int chunk : work.local) {
      ChunkRepair repair = new ChunkRepair(reader(chunk), keep, options.memory(), log);
      repair.local(result.facts(), now);
      repair.write(options.data(), restart.contains(chunk), lastKept, now, numbers);
      result.facts().values().forEach(ChunkFacts::changed);
      if (history != null) {
        history.forget();
      }
      restarted.add(chunk);
    }
    if (!work.cross.isEmpty()) {
      cross(result, keep, work, lastKept, numbers);
    }
  }

  private ChunkReader reader(int chunk) {
    return new ChunkReader(device, layout, chunk);
  }

  private VolumeState state(@Nullable HistoryScan history) {
    if (history != null) {
      return records.sensible(history.next(), List.of());
    }
    VolumeState state =
        new VolumeState(1, 0, new byte[16], now, new TreeMap<>(), List.of(), List.of(), List.of());
    // All records are lost: journals know of the epochs that there were.
    long largest = HistoryScan.largestG(device, layout, options.memory());
    int seen = CommitNumber.epochOf(largest);
    if (seen >= state.epoch() && seen < VolumeState.MAX_EPOCH) {
      List<VolumeState.Decision> decisions = new ArrayList<>(state.decisions());
      decisions.add(new VolumeState.Decision(seen, largest));
      state =
          new VolumeState(
              state.sequence(),
              seen + 1,
              state.bootId(),
              state.opened(),
              state.out(),
              state.voids(),
              List.copyOf(decisions),
              state.absents(),
              state.scrub(),
              state.sound());
    }
    return records.sensible(state, List.of());
  }

  private void cross(
      ImageCheck.Result result, Keep keep, Worklist work, long lastKept, RepairHistory numbers)
      throws IOException {
    Set<Integer> involved = involved(result.facts(), work.cross);
    involved.removeAll(work.refused); // damaged and left so: not to be asked
    Set<Integer> unknown = new TreeSet<>();
    TreeMap<Integer, ChunkModel> models = new TreeMap<>();
    Map<Integer, ChunkRepair> repairs = new TreeMap<>();
    for (Map.Entry<Integer, ChunkFacts> e : result.facts().entrySet()) {
      if (!e.getValue().known() || !involved.contains(e.getKey())) {
        unknown.add(e.getKey());
        continue;
      }
      ChunkRepair repair = new ChunkRepair(reader(e.getKey()), keep, options.memory(), log);
      ChunkModel model = repair.model();
      if (model != null && !repair.blank()) {
        models.put(e.getKey(), model);
        repairs.put(e.getKey(), repair);
      }
    }
    new CycleCut(models, false, layout.hashKey(), log).run(result.findings().list());
    new CrossRepair(models, unknown, Set.of(), layout.hashKey(), log).run();
    for (ChunkRepair repair : repairs.values()) {
      repair.aligned(result.facts(), now);
      repair.writeChanges(lastKept, now, numbers);
      result.facts().values().forEach(ChunkFacts::changed);
    }
  }

  /** Some chunks, those that they name, and the parts of directories that names in them are in. */
  private static Set<Integer> involved(Map<Integer, ChunkFacts> facts, Set<Integer> cross) {
    Set<Integer> involved = new TreeSet<>(cross);
    Set<Long> directories = new HashSet<>();
    for (int chunk : cross) {
      ChunkFacts of = facts.get(chunk);
      if (of != null) {
        involved.addAll(of.neighbours());
        of.backs().forEach(back -> directories.add(back.parent()));
      }
    }
    involved.addAll(Related.parts(facts.values(), directories));
    return involved;
  }
}
