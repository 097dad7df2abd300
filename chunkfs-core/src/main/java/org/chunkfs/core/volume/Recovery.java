package org.chunkfs.core.volume;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.journal.RingScanner.Scan;
import org.jspecify.annotations.Nullable;

/**
 * Decides, for the whole volume at once, which commits of the last epoch count.
 *
 * <table>
 *   <caption>The rules, by what a commit G of the last epoch is found to be</caption>
 *   <tr><td>VOIDED</td><td>a void stands for it in any ring, or in the volume record</td>
 *       <td>does not count, leaves no gap</td></tr>
 *   <tr><td>COMPLETE</td><td>in every readable ring of its participants, or behind their
 *       checkpoints</td><td>counts, unless cut</td></tr>
 *   <tr><td>HALF, process death</td><td>missing in a readable participant, last in the others</td>
 *       <td>dropped there</td></tr>
 *   <tr><td>HALF, process death</td><td>missing in a readable participant, not last in the
 *       others</td><td>not a process death after all: the rules for power loss</td></tr>
 *   <tr><td>HALF, power loss, above S</td><td>missing in a readable participant</td>
 *       <td>cut before it</td></tr>
 *   <tr><td>HALF, at or below S</td><td>missing in a readable participant</td>
 *       <td>that participant's journal is damaged; counts in the others</td></tr>
 *   <tr><td>TORN, at or below what its own header calls stable</td><td>last in its ring</td>
 *       <td>that journal is damaged</td></tr>
 *   <tr><td>of a later epoch</td><td>anywhere</td>
 *       <td>that journal is damaged; nothing of it is asked</td></tr>
 *   <tr><td>ABSENT, power loss, above S</td><td>in no ring, all rings readable</td>
 *       <td>cut before it</td></tr>
 *   <tr><td>ABSENT</td><td>in no ring, some rings not readable</td>
 *       <td>charged to those; no cut</td></tr>
 * </table>
 *
 * <p>S is the largest number that a stamp or a header calls stable.
 */
public final class Recovery {

  /**
   * One chunk whose header and ring could be read.
   *
   * @param header its header that counts
   */
  public record RingView(int chunk, byte[] header, Scan scan) {
    long base() {
      return ChunkHeader.BASE_G.get(header, 0);
    }

    /**
     * That the record at the end of the chain is damaged though the chunk's own header calls it
     * stable, in words; else null: its writing was cut off. A later opening may have decided that
     * it does not count, so that only what is stable of the opening that made it tells something.
     */
    public @Nullable String lostEnd() {
      long torn = scan.tornG();
      long stableG = ChunkHeader.STABLE_G.get(header, 0);
      boolean stable =
          torn > 0
              && torn <= stableG
              && CommitNumber.epochOf(torn) == CommitNumber.epochOf(stableG);
      return stable ? "commit %x was durable, but its record is damaged".formatted(torn) : null;
    }

    /**
     * The largest number that it calls stable.
     *
     * @param latest what is of a later epoch is forged, and does not count
     */
    long stable(int latest) {
      long stable = 0;
      for (long g : new long[] {ChunkHeader.STABLE_G.get(header, 0), base(), scan.stableG()}) {
        stable = CommitNumber.epochOf(g) > latest ? stable : Math.max(stable, g);
      }
      return stable;
    }
  }

  /**
   * What was decided.
   *
   * @param lastKept of the last epoch, the largest number that may count
   * @param stable S as found
   * @param processDeath whether the rules for process death held
   * @param voids commits dropped at or below {@code lastKept}
   * @param damaged chunks whose journal is damaged, and how
   */
  public record Decision(
      long lastKept,
      long stable,
      boolean processDeath,
      List<VolumeState.Void> voids,
      Map<Integer, String> damaged) {}

  private final VolumeState state;
  private final Map<Integer, RingView> views = new TreeMap<>();
  private final boolean absent;
  private final long floor;
  private final long cap;
  private final Map<Integer, String> damaged = new TreeMap<>();
  private long stable;

  /** Commits of several chunks, and voids. */
  private final TreeMap<Long, Commit> commits = new TreeMap<>();

  /** Numbers of all other commits, which are complete by being found. */
  private long[] alone = new long[1024];

  private int aloneCount;

  /** A commit as the rings tell it. */
  private static final class Commit {
    final int[] participants;
    final List<Integer> in = new ArrayList<>(2);
    boolean voided;

    Commit(int[] participants) {
      this.participants = participants;
    }
  }

  private Recovery(VolumeState state, List<RingView> rings, boolean absent, long cap) {
    this.state = state;
    this.absent = absent;
    this.floor = CommitNumber.base(state.epoch());
    this.cap = cap;
    for (RingView v : rings) {
      views.put(v.chunk, v);
    }
  }

  /**
   * Decides.
   *
   * @param rings every chunk in use whose header and ring can be read
   * @param absent whether there are chunks in use that cannot be
   * @param sameBoot whether the machine has run on since the image was opened last
   * @param cap nothing above it counts (its data was found damaged); Long.MAX_VALUE for none
   */
  public static Decision decide(
      VolumeState state, List<RingView> rings, boolean absent, boolean sameBoot, long cap) {
    return new Recovery(state, rings, absent, cap).run(sameBoot, state.epoch());
  }

  /**
   * The volume record as later openings must have left it, if journals have commits of some: then
   * all copies of the newer ones are lost. What is further ahead than that can come to be is not
   * believed.
   */
  public static VolumeState caughtUp(
      VolumeState state, List<RingView> rings, boolean absent, boolean sameBoot) {
    int latest = state.epoch();
    int most = state.epoch() + VolumeVote.CUT_IN_A_ROW;
    for (RingView v : rings) {
      if (state.out().containsKey(v.chunk)) {
        continue; // it may be out for what its journal says
      }
      for (RingRecord r : v.scan.records()) {
        boolean believed = r.type() != JournalRecord.STAMP && CommitNumber.epochOf(r.g()) <= most;
        latest = believed ? Math.max(latest, CommitNumber.epochOf(r.g())) : latest;
      }
      int last = CommitNumber.epochOf(v.scan.lastG()); // of an empty journal: what its header says
      latest = last <= most ? Math.max(latest, last) : latest;
    }
    VolumeState caughtUp = state;
    while (caughtUp.epoch() < latest) {
      Recovery earlier = new Recovery(caughtUp, rings, absent, Long.MAX_VALUE);
      caughtUp = caughtUp.decided(earlier.run(sameBoot, latest));
    }
    return caughtUp;
  }

  private Decision run(boolean sameBoot, int latest) {
    for (RingView v : views.values()) {
      stable = Math.max(stable, v.stable(latest));
    }
    findLaterEpochs(latest);
    stable = Math.max(stable, floor);
    for (RingView v : List.copyOf(views.values())) {
      RingScanner.Damage d = damage(v.scan, state, v.chunk);
      if (d != null && (sameBoot || d.missingG() == 0 || d.missingG() <= stable)) {
        damaged.put(v.chunk, d.what());
        views.remove(v.chunk);
        continue;
      }
      String lostEnd = v.lostEnd();
      if (lostEnd != null) {
        damaged.put(v.chunk, lostEnd);
        views.remove(v.chunk);
      }
    }
    gather();
    findMissingBelowStable();
    if (sameBoot && cap == Long.MAX_VALUE) {
      Decision decision = processDeath();
      if (decision != null) {
        return decision;
      }
    }
    return powerLoss();
  }

  /** A number of an epoch that never was is forged; numbers given out now could not follow it. */
  private void findLaterEpochs(int latest) {
    for (RingView v : List.copyOf(views.values())) {
      long last = v.scan.lastG();
      if (CommitNumber.epochOf(last) > latest) {
        damaged.put(
            v.chunk,
            "commit %x is of opening %d, but the image was opened %d times"
                .formatted(last, CommitNumber.epochOf(last), latest));
        views.remove(v.chunk);
      }
    }
  }

  /**
   * What is missing from a chain, or null. What an earlier decision dropped is not missing: the
   * records that prove its existence are of the same abandoned end.
   *
   * @param state with the decisions on earlier epochs
   */
  public static RingScanner.@Nullable Damage damage(Scan scan, VolumeState state, int chunk) {
    RingScanner.Damage d = scan.damage();
    if (d == null || d.missingG() == 0) {
      return d;
    }
    VolumeState.Decision decision = state.decision(CommitNumber.epochOf(d.missingG()));
    boolean dropped = decision != null && d.missingG() > decision.lastKept();
    return dropped && state.absentSince(chunk) != CommitNumber.epochOf(d.missingG()) ? null : d;
  }

  private void gather() {
    commits.clear();
    aloneCount = 0;
    for (RingView v : views.values()) {
      for (RingRecord r : v.scan.records()) {
        boolean isVoid = r.type() == JournalRecord.VOID;
        if ((r.type() != JournalRecord.COMMIT && !isVoid)
            || CommitNumber.epochOf(r.g()) != state.epoch()) {
          continue;
        }
        boolean voided = isVoid || state.isVoid(v.chunk, r.g());
        if (r.participantCount() <= 1 && !voided) {
          if (aloneCount == alone.length) {
            alone = java.util.Arrays.copyOf(alone, aloneCount * 2);
          }
          alone[aloneCount++] = r.g();
          continue;
        }
        Commit c = commits.computeIfAbsent(r.g(), _ -> new Commit(r.participants()));
        c.voided |= voided;
        c.in.add(v.chunk);
      }
    }
    for (VolumeState.Void v : state.voids()) {
      if (CommitNumber.epochOf(v.g()) == state.epoch()) {
        commits.computeIfAbsent(v.g(), _ -> new Commit(new int[0])).voided = true;
      }
    }
  }

  /** A stable commit that a readable participant lacks is damage to that participant's journal. */
  private void findMissingBelowStable() {
    Set<Integer> bad = new HashSet<>();
    for (Map.Entry<Long, Commit> e : commits.headMap(stable, true).entrySet()) {
      int missing = missingIn(e.getKey(), e.getValue());
      if (missing >= 0 && !e.getValue().voided && bad.add(missing)) {
        damaged.put(missing, "it lacks commit %x, which is stable".formatted(e.getKey()));
      }
    }
    if (!bad.isEmpty()) {
      views.keySet().removeAll(bad);
      gather();
    }
  }

  /** A readable participant that should have a commit and has not, or -1. */
  private int missingIn(long g, Commit c) {
    for (int p : c.participants) {
      RingView v = views.get(p);
      if (v != null && !c.in.contains(p) && v.base() < g) {
        return p;
      }
    }
    return -1;
  }

  private @Nullable Decision processDeath() {
    List<VolumeState.Void> voids = new ArrayList<>();
    long last = stable;
    for (Map.Entry<Long, Commit> e : commits.entrySet()) {
      long g = e.getKey();
      Commit c = e.getValue();
      if (c.voided || missingIn(g, c) >= 0) {
        for (int chunk : c.in) {
          if (!c.voided && lastOf(chunk) != g) {
            return null;
          }
          voids.add(new VolumeState.Void(chunk, g));
        }
      }
      last = Math.max(last, g);
    }
    for (int i = 0; i < aloneCount; i++) {
      last = Math.max(last, alone[i]);
    }
    return new Decision(last, stable, true, voids, damaged);
  }

  private long lastOf(int chunk) {
    RingView v = views.get(chunk);
    return v == null ? 0 : v.scan.lastG();
  }

  private Decision powerLoss() {
    boolean charge = absent || !damaged.isEmpty();
    List<VolumeState.Void> voids = new ArrayList<>();
    long last = Math.min(stable, cap);
    long expected = stable + 1;
    for (long g : numbersAfter(stable)) {
      Commit c = commits.get(g);
      boolean gap = g != expected && !charge;
      boolean half = c != null && !c.voided && missingIn(g, c) >= 0;
      if (gap || half || g > cap) {
        break;
      }
      if (c != null && c.voided) {
        c.in.forEach(chunk -> voids.add(new VolumeState.Void(chunk, g)));
      }
      last = g;
      expected = g + 1;
    }
    commits
        .headMap(stable, true)
        .forEach((g, c) -> {
          if (c.voided) {
            c.in.forEach(chunk -> voids.add(new VolumeState.Void(chunk, g)));
          }
        });
    return new Decision(last, stable, false, voids, damaged);
  }

  /** All numbers found above {@code g}, ascending. */
  private long[] numbersAfter(long g) {
    return java.util.stream.LongStream.concat(
            java.util.Arrays.stream(alone, 0, aloneCount),
            commits.keySet().stream().mapToLong(Long::longValue))
        .filter(n -> n > g)
        .sorted()
        .distinct()
        .toArray();
  }

  /**
   * The part of a chain that counts: up to the first commit that is void in that chunk, or beyond
   * what was decided on its epoch. A chunk that could not be asked then keeps what it has beyond
   * that as long as no chunk that could be asked takes part.
   *
   * @param state with the decisions on all epochs but the one that is open now
   */
  public static Scan keep(Scan scan, byte[] header, VolumeState state, int chunk) {
    List<RingRecord> kept = new ArrayList<>(scan.records().size());
    long lastG = ChunkHeader.TAIL_PREV_G.get(header, 0);
    for (RingRecord r : scan.records()) {
      if (r.type() != JournalRecord.STAMP) {
        VolumeState.Decision d = state.decision(CommitNumber.epochOf(r.g()));
        boolean dropped = d != null && r.g() > d.lastKept() && !aloneWhileAbsent(r, state, chunk);
        if (dropped || r.type() == JournalRecord.COMMIT && state.isVoid(chunk, r.g())) {
          break;
        }
        lastG = r.g();
      }
      kept.add(r);
    }
    long end = kept.isEmpty() ? ChunkHeader.TAIL.get(header, 0) : kept.getLast().end();
    return new Scan(kept, end, lastG, scan.stableG(), null);
  }

  private static boolean aloneWhileAbsent(RingRecord r, VolumeState state, int chunk) {
    if (state.absentSince(chunk) != CommitNumber.epochOf(r.g())) {
      return false;
    }
    for (int p : r.participants()) {
      if (state.absentSince(p) != CommitNumber.epochOf(r.g())) {
        return false;
      }
    }
    return true;
  }
}
