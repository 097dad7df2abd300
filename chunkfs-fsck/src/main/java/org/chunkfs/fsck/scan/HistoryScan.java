package org.chunkfs.fsck.scan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Recovery;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;

/**
 * The one history, as all journals together tell it, and which commits the next opening would keep.
 *
 * <p>Tests: a commit is in the journals of all chunks that it names; the numbers have no gaps; a
 * journal that holds records is marked in the ring map. Collects the decision. Relies on headers
 * and on the volume's state.
 */
public final class HistoryScan implements Keep {
  private static final int COUNTER_BITS = 40;

  /** Gaps told one by one. */
  private static final int TOLD = 16;

  private final VolumeState next;
  private final Recovery.Decision decision;

  private HistoryScan(VolumeState next, Recovery.Decision decision) {
    this.next = next;
    this.decision = decision;
  }

  /**
   * Reads all journals.
   *
   * @param sameBoot whether the machine has run on since the image was last opened: then what was
   *     written and not flushed counts too
   */
  public static HistoryScan read(
      BlockDevice device,
      ImageLayout layout,
      ImageScan image,
      VolumeState state,
      boolean sameBoot,
      Findings findings) {
    Map<Integer, Recovery.RingView> views = new TreeMap<>();
    boolean absent = false;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      HeaderPair headers = HeaderPair.read(reader, new Findings(chunk));
      byte[] header = headers.header();
      if (header == null) {
        absent = true;
      } else if (headers.initialized()) {
        RingView ring = RingView.read(reader, header);
        views.put(chunk, new Recovery.RingView(chunk, header, ring.scan()));
        if (!ring.records().isEmpty() && !image.rings().get(chunk)) {
          Findings of = new Findings(chunk);
          of.add(Problem.RING_MAP_BIT);
          findings.addAll(of);
        }
      }
    }
    Recovery.Decision decision =
        Recovery.decide(state, new ArrayList<>(views.values()), absent, sameBoot, Long.MAX_VALUE);
    judge(state, views, decision, absent, findings);
    return new HistoryScan(after(state, decision), decision);
  }

  private static VolumeState after(VolumeState state, Recovery.Decision decision) {
    List<VolumeState.Decision> decisions = new ArrayList<>(state.decisions());
    decisions.add(new VolumeState.Decision(state.epoch(), decision.lastKept()));
    List<VolumeState.Void> voids = new ArrayList<>(state.voids());
    for (VolumeState.Void v : decision.voids()) {
      if (!voids.contains(v)) {
        voids.add(v);
      }
    }
    return new VolumeState(
        state.sequence() + 1,
        state.epoch() + 1,
        state.bootId(),
        state.opened(),
        state.out(),
        List.copyOf(voids),
        List.copyOf(decisions),
        state.absents());
  }

  private static void judge(
      VolumeState state,
      Map<Integer, Recovery.RingView> views,
      Recovery.Decision decision,
      boolean absent,
      Findings findings) {
    decision
        .damaged()
        .forEach((chunk, what) -> {
          Findings of = new Findings(chunk);
          of.add(Problem.JOURNAL, what);
          findings.addAll(of);
        });
    long floor = decision.stable();
    TreeMap<Long, RingRecord> seen = new TreeMap<>();
    Map<Integer, Set<Long>> held = new TreeMap<>();
    for (Recovery.RingView view : views.values()) {
      floor = Math.max(floor, ChunkHeader.BASE_G.get(view.header(), 0));
      for (RingRecord record : view.scan().records()) {
        if (record.type() != JournalRecord.STAMP && epochOf(record.g()) == state.epoch()) {
          held.computeIfAbsent(view.chunk(), _ -> new HashSet<>()).add(record.g());
          seen.merge(record.g(), record, (a, b) -> a.type() == JournalRecord.VOID ? a : b);
        }
      }
    }
    for (RingRecord record : seen.values()) {
      for (int participant : record.participants()) {
        Recovery.RingView view = views.get(participant);
        if (record.type() == JournalRecord.COMMIT
            && view != null
            && !decision.damaged().containsKey(participant)
            && Long.compareUnsigned(ChunkHeader.BASE_G.get(view.header(), 0), record.g()) < 0
            && !held.getOrDefault(participant, Set.of()).contains(record.g())) {
          findings.add(Problem.COMMIT_INCOMPLETE, Long.toHexString(record.g()), participant);
        }
      }
    }
    if (!absent) {
      gaps(state, floor, seen, findings);
    }
  }

  private static void gaps(
      VolumeState state, long floor, TreeMap<Long, RingRecord> seen, Findings findings) {
    long expected = Math.max(floor, (long) state.epoch() << COUNTER_BITS) + 1;
    int told = 0;
    for (long g : seen.tailMap(expected, true).keySet()) {
      for (; expected < g && told < TOLD; expected++) {
        boolean voided = false;
        for (VolumeState.Void v : state.voids()) {
          voided |= v.g() == expected;
        }
        if (!voided) {
          findings.add(Problem.COMMIT_MISSING, Long.toHexString(expected), Long.toHexString(g));
          told++;
        }
      }
      expected = g + 1;
    }
  }

  private static int epochOf(long g) {
    return (int) (g >>> COUNTER_BITS);
  }

  /** The largest commit number that any header or journal that can be read knows of. */
  public static long largestG(BlockDevice device, ImageLayout layout) {
    long largest = 0;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      HeaderPair headers = HeaderPair.read(reader, new Findings(chunk));
      byte[] header = headers.header();
      if (header != null && headers.initialized()) {
        RingView ring = RingView.read(reader, header);
        RingScanner.Damage damage = ring.scan().damage();
        long known = Math.max(ring.scan().lastG(), damage == null ? 0 : damage.witnessG());
        largest = Math.max(largest, Math.max(known, Math.max(ring.baseG(), ring.stableG())));
      }
    }
    return largest;
  }

  /** The volume record that an opening now would write. */
  public VolumeState next() {
    return next;
  }

  public Recovery.Decision decision() {
    return decision;
  }

  @Override
  public RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan) {
    return Recovery.keep(scan, header, next, chunk);
  }
}
