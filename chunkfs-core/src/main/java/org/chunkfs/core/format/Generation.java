package org.chunkfs.core.format;

/**
 * Generations tell apart the inodes that have had the same number. A chunk hands them out in order;
 * after 2<sup>32</sup> they begin anew.
 */
public final class Generation {
  private Generation() {}

  /** The one that follows; its lower half, of which there are copies, is never zero. */
  public static int next(int generation) {
    int next = generation + 1;
    return (next & 0xFFFF) == 0 ? next + 1 : next;
  }

  /**
   * Whether a chunk's counter is below a generation that is in use, though it never began anew.
   *
   * @param laps how often it began anew
   */
  public static boolean behind(int counter, int laps, int used) {
    return laps == 0 && Integer.compareUnsigned(used, counter) > 0;
  }
}
