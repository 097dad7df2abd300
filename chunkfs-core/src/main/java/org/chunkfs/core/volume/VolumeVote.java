package org.chunkfs.core.volume;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the volume records that were found counts. It is the newest, except that a record with a
 * good checksum may still be wrong: of those with the same number the one that most replicas have
 * counts, and a number far ahead of all others is not believed, since an update that did not reach
 * a majority is not followed by another one before the next opening.
 */
public final class VolumeVote {
  /** So many updates, one after the other, may have been interrupted before the same replica. */
  public static final int CUT_IN_A_ROW = 4;

  private VolumeVote() {}

  /** The record that counts among all that can be read; null if there are none. */
  public static @Nullable VolumeState newest(List<VolumeState> found) {
    VolumeState best = null;
    int votes = 0;
    for (VolumeState state : found) {
      if (farAhead(state, found)) {
        continue;
      }
      int its = votes(state, found);
      if (best == null
          || ahead(state, best)
          || state.sequence() == best.sequence() && its > votes) {
        best = state;
        votes = its;
      }
    }
    return best;
  }

  /** Whether a record is far ahead of all others, the one before it in its own replica included. */
  public static boolean farAhead(VolumeState state, List<VolumeState> found) {
    int others = 0;
    for (VolumeState other : found) {
      if (other == state) {
        continue;
      }
      others++;
      if (!ahead(state, other)
          || Long.compareUnsigned(state.sequence() - other.sequence(), CUT_IN_A_ROW) <= 0) {
        return false;
      }
    }
    return others > 1;
  }

  private static boolean ahead(VolumeState a, VolumeState b) {
    return Long.compareUnsigned(a.sequence(), b.sequence()) > 0;
  }

  /** How many of the records are the same as this one, itself included. */
  public static int votes(VolumeState state, List<VolumeState> found) {
    return (int) found.stream().filter(other -> same(state, other)).count();
  }

  /** Whether two replicas hold the same record. */
  private static boolean same(VolumeState a, VolumeState b) {
    return a.sequence() == b.sequence()
        && a.epoch() == b.epoch()
        && a.opened() == b.opened()
        && Arrays.equals(a.bootId(), b.bootId())
        && a.out().equals(b.out())
        && a.voids().equals(b.voids())
        && a.decisions().equals(b.decisions())
        && a.absents().equals(b.absents())
        && a.scrub().equals(b.scrub());
  }
}
