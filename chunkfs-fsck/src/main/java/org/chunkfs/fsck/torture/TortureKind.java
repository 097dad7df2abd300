package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A way to try to break a promise, as {@code chunkfs torture} runs it: in rounds of about a second,
 * each from a seed and a number. A new kind is one more of these in a list of kinds.
 */
public interface TortureKind {
  /** What it is called on the command line: lower case, words joined with hyphens. */
  String name();

  /** What is done and demanded, in half a line. */
  String promise();

  /**
   * Runs one round; the same seed and number do the same, as far as one thread decides.
   *
   * @param work an empty directory, for kinds that need files; they leave it empty
   * @throws IOException if it cannot be run; a broken promise is a result, not an exception
   */
  TortureRound round(long seed, long number, Path work) throws IOException;

  /**
   * Runs a failed case again.
   *
   * @return the promise that it breaks, in words; null if it breaks none now
   */
  @Nullable String again(TortureCase failed, Path work) throws IOException;
}
