package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Scope;

/**
 * What one round has to repair, in the units in which it can be repaired, and which of them may be.
 *
 * <p>The image's own records come first: if they may not be written, nothing may.
 */
final class Worklist {
  /** Answers, kept for all rounds: what was allowed or refused once is not asked again. */
  static final class Answers {
    private final Consent consent;
    private final Map<Integer, Boolean> given = new HashMap<>();

    Answers(Consent consent) {
      this.consent = consent;
    }

    private boolean may(Consent.Unit unit, int chunk, List<Finding> findings) throws IOException {
      int key = unit == Consent.Unit.CHUNK ? chunk : unit == Consent.Unit.IMAGE ? -1 : -2;
      Boolean known = given.get(key);
      if (known == null) {
        known = consent.may(unit, chunk, findings);
        given.put(key, known);
      }
      return known;
    }
  }

  /** Whether superblocks, ring maps or volume records are to be written for their own sake. */
  boolean image;

  /** Chunks to repair by themselves. */
  final Set<Integer> local = new TreeSet<>();

  /** Chunks that would have to be, and may not. */
  final Set<Integer> refused = new TreeSet<>();

  /** Chunks with problems across their borders, once all others are in order by themselves. */
  final Set<Integer> cross = new TreeSet<>();

  private Worklist() {}

  /**
   * Sorts what was found.
   *
   * @param waiting chunks that only need a new start
   */
  static Worklist of(List<Finding> findings, Set<Integer> waiting, Answers answers)
      throws IOException {
    List<Finding> image = new ArrayList<>();
    List<Finding> cross = new ArrayList<>();
    Map<Integer, List<Finding>> local = new TreeMap<>();
    for (Finding finding : findings) {
      if (!finding.repairable()) {
        continue;
      }
      Scope scope = finding.problem().scope();
      if (scope == Scope.CROSS_CHUNK && finding.chunk() >= 0) {
        cross.add(finding);
      } else if (finding.chunk() >= 0
          && (finding.problem() == Problem.NO_ROOT
              || scope != Scope.IMAGE && finding.problem() != Problem.RING_MAP_BIT)) {
        local.computeIfAbsent(finding.chunk(), _ -> new ArrayList<>()).add(finding);
      } else {
        image.add(finding);
      }
    }
    waiting.forEach(chunk -> local.computeIfAbsent(chunk, _ -> new ArrayList<>()));
    Worklist list = new Worklist();
    list.image = !image.isEmpty() && answers.may(Consent.Unit.IMAGE, -1, image);
    if (!image.isEmpty() && !list.image) {
      return list;
    }
    for (Map.Entry<Integer, List<Finding>> e : local.entrySet()) {
      boolean may = answers.may(Consent.Unit.CHUNK, e.getKey(), e.getValue());
      (may ? list.local : list.refused).add(e.getKey());
    }
    if (list.local.isEmpty() && !cross.isEmpty() && answers.may(Consent.Unit.CROSS, -1, cross)) {
      cross.forEach(finding -> list.cross.add(finding.chunk()));
    }
    return list;
  }

  /** Whether there is nothing that may be done. */
  boolean isEmpty() {
    return !image && local.isEmpty() && cross.isEmpty();
  }
}
