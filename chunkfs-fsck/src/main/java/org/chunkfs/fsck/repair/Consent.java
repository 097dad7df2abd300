package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.List;
import org.chunkfs.fsck.problem.Finding;

/**
 * Says which repairs may be made.
 *
 * <p>A repair is not asked for problem by problem: a chunk's metadata is made anew as one
 * consistent whole and switched in by one commit, so its problems are repaired together or not at
 * all. What is asked for is a {@link Unit}.
 */
@FunctionalInterface
public interface Consent {

  /** What is repaired in one step, or left alone. */
  enum Unit {
    /** Superblocks, ring maps, volume records: without them nothing else can be written. */
    IMAGE,
    /** One chunk by itself. */
    CHUNK,
    /** Names, references and continuations between chunks. */
    CROSS
  }

  /** Everything may be repaired. */
  Consent ALL = (unit, chunk, findings) -> true;

  /**
   * Whether a unit may be repaired; asked once for each before anything of it is written.
   *
   * @param chunk the chunk of {@link Unit#CHUNK}, else -1
   * @param findings what is wrong with the unit; empty for a chunk that only waits for a new start
   * @throws IOException if nothing more is to be done at all
   */
  boolean may(Unit unit, int chunk, List<Finding> findings) throws IOException;
}
