package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.Again;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ConnectivityPass;
import org.chunkfs.fsck.check.ContinuationPass;
import org.chunkfs.fsck.check.CrossPass;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Related;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/**
 * What chunks say of each other, while they change.
 *
 * <p>What was seen of each of them at another moment may disagree though nothing is wrong: it is a
 * suspicion. All chunks that it touches are read again, from the medium and at one moment; what
 * then is wrong is.
 */
public final class Borders {
  /** Settled one by one; if there are more, together. */
  private static final int GROUPS = 16;

  private final Volume volume;
  private final Looker looker;
  private final Upkeep upkeep;
  private final ImageLayout layout;

  public Borders(Volume volume, Looker looker) {
    this.volume = volume;
    this.looker = looker;
    this.upkeep = volume.upkeep();
    this.layout = volume.layout();
  }

  /**
   * What is wrong across chunks, and what cannot be told.
   *
   * @param facts of every chunk, of whatever moment
   * @param out chunks that were out of service then, and how often each had been in service
   */
  public List<Finding> settle(Map<Integer, ChunkFacts> facts, Map<Integer, Integer> out)
      throws IOException {
    StillLookup lookup = new StillLookup(volume, looker);
    facts.values().forEach(of -> of.ask(new Suspicious(lookup)));
    Findings suspicions = passes(facts);
    facts.values().forEach(of -> of.ask(lookup));
    List<Finding> settled = new ArrayList<>();
    for (Finding finding : suspicions.list()) {
      if (finding.problem().severity() == Severity.NOTE) {
        settled.add(finding);
      }
    }
    for (Set<Integer> group : groups(suspicions, facts)) {
      Set<Finding> told = Set.copyOf(settled);
      for (Finding finding : wrong(group, facts, out)) {
        if (!told.contains(finding)) {
          settled.add(finding);
        }
      }
    }
    return List.copyOf(settled);
  }

  /** Takes what is not kept for gone: that is only a suspicion, and need not be right. */
  private record Suspicious(StillLookup lookup) implements ChunkFacts.Again {
    @Override
    public ChunkFacts.@Nullable Ident inode(long ino) {
      return null;
    }

    @Override
    public ChunkFacts.@Nullable Parent parent(long ino) {
      return null;
    }

    @Override
    public @Nullable Crossings crossings(int chunk, IntPredicate targets) {
      return lookup.crossings(chunk, targets);
    }

    @Override
    public void forget() {}
  }

  private static Findings passes(Map<Integer, ChunkFacts> facts) {
    Findings findings = new Findings(-1);
    CrossPass.run(facts, findings);
    ContinuationPass.run(facts, findings);
    ConnectivityPass.run(facts, findings);
    return findings;
  }

  /** Chunks to be looked at together. */
  private static Set<Set<Integer>> groups(Findings suspicions, Map<Integer, ChunkFacts> facts) {
    Set<Set<Integer>> groups = new LinkedHashSet<>();
    Set<Integer> all = new TreeSet<>();
    int kept = 0;
    for (Finding finding : suspicions.list()) {
      if (finding.problem().severity() != Severity.NOTE) {
        Set<Integer> group = Related.to(finding, facts);
        groups.add(group);
        all.addAll(group);
        kept++;
      }
    }
    if (kept < suspicions.count(Severity.WARNING) + suspicions.count(Severity.ERROR)) {
      return Set.of(known(facts)); // there are more, that are not told one by one
    }
    return groups.size() > GROUPS ? Set.of(all) : groups;
  }

  private static Set<Integer> known(Map<Integer, ChunkFacts> facts) {
    Set<Integer> known = new TreeSet<>();
    facts.forEach((chunk, of) -> {
      if (of.known()) {
        known.add(chunk);
      }
    });
    return known;
  }

  /** What is wrong between chunks at one moment. */
  private List<Finding> wrong(
      Set<Integer> group, Map<Integer, ChunkFacts> facts, Map<Integer, Integer> out)
      throws IOException {
    Set<Integer> asked = new TreeSet<>(group);
    while (true) {
      Set<Integer> served = new TreeSet<>();
      for (int chunk : asked) {
        if (upkeep.serves(chunk)) {
          served.add(chunk);
        }
      }
      asked.removeIf(chunk -> !served.contains(chunk) && !stayedOut(chunk, out));
      try {
        List<Wrong> found =
            looker.together(served, (media, keep) -> wrong(media, keep, served, asked, facts));
        List<Finding> wrong = new ArrayList<>();
        for (Wrong each : found) {
          Set<Integer> needed = each.decide;
          needed.addAll(Related.to(each.finding, facts));
          needed.retainAll(known(facts));
          if (asked.containsAll(needed)) {
            wrong.add(each.finding);
          }
        }
        return wrong;
      } catch (ChunkUnavailableException e) {
        if (!asked.remove(e.chunk())) {
          throw e;
        }
      }
    }
  }

  private boolean stayedOut(int chunk, Map<Integer, Integer> out) {
    Integer incarnation = out.get(chunk);
    return incarnation != null && incarnation == upkeep.incarnation(chunk);
  }

  /** What is wrong at one moment, and the chunks that by what they say then decide on it. */
  private record Wrong(Finding finding, Set<Integer> decide) {}

  private List<Wrong> wrong(
      BlockDevice media,
      Keep keep,
      Set<Integer> served,
      Set<Integer> asked,
      Map<Integer, ChunkFacts> facts) {
    Map<Integer, ChunkFacts> now = new TreeMap<>();
    Again again = new Again(media, layout, keep);
    Crossings.Budget budget = new Crossings.Budget(Crossings.Budget.ofHeap());
    for (Map.Entry<Integer, ChunkFacts> of : facts.entrySet()) {
      int chunk = of.getKey();
      ChunkFacts seen = ChunkFacts.unknown(chunk);
      if (served.contains(chunk) && of.getValue().known()) {
        ChunkReader reader = new ChunkReader(media, layout, chunk);
        ChunkScan scan = ChunkScan.open(reader, keep, new Findings(chunk));
        seen = ChunkCheck.run(scan, false, Crossings.within(chunk, budget));
        seen.ask(again);
      } else if (asked.contains(chunk)) {
        seen = of.getValue(); // out of service: it does not change
      }
      now.put(chunk, seen);
    }
    List<Wrong> wrong = new ArrayList<>();
    for (Finding finding : passes(now).list()) {
      if (finding.problem().severity() != Severity.NOTE) {
        wrong.add(new Wrong(finding, Related.to(finding, now)));
      }
    }
    return wrong;
  }
}
