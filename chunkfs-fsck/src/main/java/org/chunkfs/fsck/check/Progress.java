package org.chunkfs.fsck.check;

import java.util.List;
import org.chunkfs.fsck.problem.Finding;

/** Is told how far a check has come; calls come from several threads, never at once. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress NONE = (pass, done, total) -> {};

  /**
   * @param pass what is being done, a word
   */
  void at(String pass, int done, int total);

  /**
   * A chunk was looked into.
   *
   * @param found what is wrong with it by itself, and notes
   * @param share of the work on all chunks that is done, 0 to 1, as far as can be told from how
   *     full they are; less than before: another check has begun
   */
  default void chunk(int chunk, List<Finding> found, double share) {}
}
