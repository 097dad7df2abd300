package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
import org.chunkfs.fsck.check.Related;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Keep;

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
    facts.values().forEach(of -> of.ask(ChunkFacts.NEVER));
    Findings suspicions = passes(facts);
    facts.values().forEach(of -> of.ask(new StillLookup(volume, looker)));
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
        return looker.together(served, (media, keep) -> wrong(media, keep, served, asked, facts));
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

  private List<Finding> wrong(
      BlockDevice media,
      Keep keep,
      Set<Integer> served,
      Set<Integer> asked,
      Map<Integer, ChunkFacts> facts) {
    Map<Integer, ChunkFacts> now = new TreeMap<>();
    Again again = new Again(media, layout, keep);
    for (Map.Entry<Integer, ChunkFacts> of : facts.entrySet()) {
      int chunk = of.getKey();
      ChunkFacts seen = ChunkFacts.unknown(chunk);
      if (served.contains(chunk) && of.getValue().known()) {
        ChunkReader reader = new ChunkReader(media, layout, chunk);
        seen = ChunkCheck.run(ChunkScan.open(reader, keep, new Findings(chunk)), false);
        seen.ask(again);
      } else if (asked.contains(chunk)) {
        seen = of.getValue(); // out of service: it does not change
      }
      now.put(chunk, seen);
    }
    List<Finding> wrong = new ArrayList<>();
    for (Finding finding : passes(now).list()) {
      Set<Integer> needed = Related.to(finding, facts);
      needed.addAll(Related.to(finding, now));
      needed.retainAll(known(facts));
      if (finding.problem().severity() != Severity.NOTE && asked.containsAll(needed)) {
        wrong.add(finding);
      }
    }
    return wrong;
  }
}
