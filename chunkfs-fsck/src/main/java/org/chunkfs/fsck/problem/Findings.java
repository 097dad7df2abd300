package org.chunkfs.fsck.problem;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the findings of one chunk, or of the image. Of each problem only so many are kept, so
 * that no image can fill the memory with them; all are counted. Not thread-safe.
 */
public final class Findings {
  private static final int KEPT = 500;

  private final int chunk;
  private final List<Finding> kept = new ArrayList<>();
  private final Map<Problem, Integer> counts = new EnumMap<>(Problem.class);

  /**
   * @param chunk whose they are, -1: the image's
   */
  public Findings(int chunk) {
    this.chunk = chunk;
  }

  public int chunk() {
    return chunk;
  }

  /** A problem of the chunk as a whole. */
  public void add(Problem problem, @Nullable Object... about) {
    put(problem, -1, -1, about);
  }

  /** A problem of a block. */
  public void block(int block, Problem problem, @Nullable Object... about) {
    put(problem, block, -1, about);
  }

  /** A problem of an inode. */
  public void inode(long inode, Problem problem, @Nullable Object... about) {
    put(problem, -1, inode, about);
  }

  private void put(Problem problem, int block, long inode, @Nullable Object... about) {
    if (counts.merge(problem, 1, Integer::sum) <= KEPT) {
      kept.add(new Finding(problem, chunk, block, inode, problem.template().formatted(about)));
    }
  }

  /** Takes over one finding. */
  public void add(Finding finding) {
    if (counts.merge(finding.problem(), 1, Integer::sum) <= KEPT) {
      kept.add(finding);
    }
  }

  /** Takes over what another collector has. */
  public void addAll(Findings others) {
    kept.addAll(others.kept);
    others.counts.forEach((problem, n) -> counts.merge(problem, n, Integer::sum));
  }

  /** The findings, at most some hundred of each problem and chunk. */
  public List<Finding> list() {
    return List.copyOf(kept);
  }

  /** How many there are of a problem, kept or not. */
  public int count(Problem problem) {
    return counts.getOrDefault(problem, 0);
  }

  public int count(Severity severity) {
    int n = 0;
    for (Map.Entry<Problem, Integer> e : counts.entrySet()) {
      n += e.getKey().severity() == severity ? e.getValue() : 0;
    }
    return n;
  }

  public boolean isEmpty() {
    return counts.isEmpty();
  }

  /** True if something is wrong that a repair can do something about. */
  public boolean anyRepairable() {
    return count(Severity.WARNING) + count(Severity.ERROR) > count(Problem.MEMBER_MISSING);
  }

  /** True if something is wrong: more than notes. */
  public boolean anyWrong() {
    return count(Severity.WARNING) + count(Severity.ERROR) > 0;
  }
}
