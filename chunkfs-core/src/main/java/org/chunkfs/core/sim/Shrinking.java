package org.chunkfs.core.sim;

import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.MemoryDevice;
import org.jspecify.annotations.Nullable;

/**
 * The shortest script found that still breaks something.
 *
 * @param what it breaks
 * @param image the state in which that showed; null if it showed in none
 */
record Shrinking(List<Op> script, String what, @Nullable MemoryDevice image) {

  /**
   * Takes away steps of a script as long as something stays broken.
   *
   * @param trial what has just run the script
   * @param what it said of that
   * @param budget how many scripts may be tried
   */
  static Shrinking of(Trial trial, long seed, List<Op> script, String what, int budget) {
    Shrinking least = new Shrinking(List.copyOf(script), what, trial.evidence);
    int left = budget;
    for (int part = Math.max(1, script.size() / 2); part >= 1 && left > 0; ) {
      boolean shorter = false;
      for (int from = 0; from < least.script.size() && left > 0; ) {
        List<Op> less = new ArrayList<>(least.script.subList(0, from));
        less.addAll(
            least.script.subList(Math.min(least.script.size(), from + part), least.script.size()));
        left--;
        String still = trial.verdict(less, seed);
        if (still != null) {
          least = new Shrinking(List.copyOf(less), still, trial.evidence);
          shorter = true;
        } else {
          from += part;
        }
      }
      if (part > 1 || !shorter) {
        part /= 2;
      }
    }
    return least;
  }
}
