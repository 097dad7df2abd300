package org.chunkfs.fsck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.online.Looker;
import org.chunkfs.fsck.online.Mender;
import org.chunkfs.fsck.online.Sweep;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.Loss;

/**
 * Checks and repairs a volume that is in use, chunk by chunk, while it goes on serving.
 *
 * <p>A chunk that serves is read as it stands at one moment, and goes on serving: its readers never
 * wait, its writers only if meanwhile they fill its journal. What seems wrong is confirmed on the
 * medium. A repair takes the one chunk out of service, if it has to, and brings it back.
 */
public final class OnlineFsck {
  private static final int ROUNDS = 4;

  private final Volume volume;
  private final FsckOptions options;
  private final Consent consent;
  private final Sweep sweep;
  private final Set<Integer> wanted;
  private final Set<Integer> restarted = new TreeSet<>();

  private OnlineFsck(Volume volume, FsckOptions options, Consent consent) {
    this.volume = volume;
    this.options = options;
    this.consent = consent;
    boolean named = !options.chunks().isEmpty() && options.repair() != FsckOptions.Repair.NO;
    Looker looker = named ? Looker.surely(volume) : new Looker(volume);
    this.sweep = new Sweep(volume, options.data(), looker);
    this.wanted = new TreeSet<>(options.chunks());
    for (int chunk = 0; options.chunks().isEmpty() && chunk < volume.layout().chunks(); chunk++) {
      wanted.add(chunk);
    }
  }

  /**
   * Checks a volume, and repairs what {@code options} allow. Chunks that are out of service for
   * another reason than somebody's wish, or are named in {@code options}, come back by a repair.
   *
   * @throws IOException if something cannot be written, or a chunk cannot be taken out
   */
  public static FsckReport run(Volume volume, FsckOptions options, Progress progress)
      throws IOException {
    Consent consent =
        switch (options.repair()) {
          case NO -> (unit, chunk, findings) -> false;
          case PREEN -> Fsck::safe;
          case YES -> Consent.ALL;
        };
    return new OnlineFsck(volume, options, consent).run(progress);
  }

  /**
   * Checks and repairs one chunk.
   *
   * @param repair whether damage is repaired; a chunk that was out of service comes back by it
   * @param now goes into what is made, nanoseconds since 1970
   * @throws IOException if the chunk cannot be taken out, or cannot be written
   */
  public static FsckReport run(Volume volume, int chunk, boolean data, boolean repair, long now)
      throws IOException {
    FsckOptions.Repair allowed = repair ? FsckOptions.Repair.YES : FsckOptions.Repair.NO;
    return run(
        volume,
        FsckOptions.repair(now).withData(data).withChunks(Set.of(chunk)).withRepair(allowed),
        Progress.NONE);
  }

  private FsckReport run(Progress progress) throws IOException {
    sweep.run(wanted, progress);
    Findings first = sweep.findings();
    Map<Integer, ChunkFacts> facts = checked();
    Mender mender = new Mender(volume, sweep, options.data(), options.now());
    if (options.repair() != FsckOptions.Repair.NO && !volume.options().readOnly()) {
      List<Finding> before = List.of();
      for (int round = 0; round < ROUNDS && !sweep.findings().list().equals(before); round++) {
        before = sweep.findings().list();
        if (!repair(mender)) {
          break;
        }
        sweep.across();
      }
    }
    boolean repaired = !mender.log().isEmpty();
    List<Loss> losses = new ArrayList<>(mender.losses());
    losses.addAll(Fsck.losses(volume.image(), repaired ? checked() : facts));
    return Fsck.report(
        volume.image(),
        first,
        facts,
        mender.log(),
        repaired,
        repaired ? sweep.findings().list() : List.of(),
        losses);
  }

  private Map<Integer, ChunkFacts> checked() {
    Map<Integer, ChunkFacts> checked = new TreeMap<>(sweep.facts());
    checked.keySet().retainAll(wanted);
    return checked;
  }

  /** Repairs what there is consent for; false if there was nothing. */
  private boolean repair(Mender mender) throws IOException {
    boolean any = false;
    List<Finding> records = new ArrayList<>(sweep.ofRecords());
    sweep
        .ofChunks()
        .values()
        .forEach(of ->
            of.list().stream()
                .filter(f -> f.problem() == Problem.RING_MAP_BIT)
                .forEach(records::add));
    if (may(Consent.Unit.IMAGE, -1, records)) {
      mender.records();
      for (Finding finding : records) {
        if (finding.problem() == Problem.RING_MAP_BIT) {
          sweep.chunk(finding.chunk());
        }
      }
      any = true;
    }
    boolean alone = true;
    for (Map.Entry<Integer, Findings> of : Map.copyOf(sweep.ofChunks()).entrySet()) {
      List<Finding> wrong = wrong(of.getValue().list());
      wrong.removeIf(finding -> finding.problem() == Problem.RING_MAP_BIT);
      int chunk = of.getKey();
      alone &= wrong.isEmpty();
      if (may(Consent.Unit.CHUNK, chunk, wrong) || waits(chunk, wrong)) {
        restarted.add(chunk);
        mender.chunk(chunk, wrong);
        any = true;
      }
    }
    if (alone && may(Consent.Unit.CROSS, -1, sweep.ofBorders())) {
      mender.across(wrong(sweep.ofBorders()));
      any = true;
    }
    return any;
  }

  private boolean may(Consent.Unit unit, int chunk, List<Finding> findings) throws IOException {
    List<Finding> wrong = wrong(findings);
    return !wrong.isEmpty() && consent.may(unit, chunk, wrong);
  }

  /** Whether nothing is wrong with a chunk, but it is out of service and needs a new start. */
  private boolean waits(int chunk, List<Finding> wrong) {
    Upkeep upkeep = volume.upkeep();
    ChunkState state = upkeep.state(chunk);
    boolean out = state == ChunkState.FENCED || state == ChunkState.READ_ONLY;
    boolean meant = upkeep.reason(chunk) != VolumeState.Reason.OFFLINE;
    return out
        && wrong.isEmpty()
        && !restarted.contains(chunk)
        && (meant || options.chunks().contains(chunk));
  }

  private static List<Finding> wrong(List<Finding> findings) {
    return new ArrayList<>(findings.stream().filter(Finding::repairable).toList());
  }
}
