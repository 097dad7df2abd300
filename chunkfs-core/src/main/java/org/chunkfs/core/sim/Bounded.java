package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.jspecify.annotations.Nullable;

/**
 * Crash tests that leave nothing out, within bounds, after Mohan, Martinez, Ponnapalli, Raju and
 * Chidambaram, <em>Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing</em>
 * (OSDI'18): all sequences of one and two steps of {@link BoundedSpace}, and for each what {@link
 * BoundedTrial} says that a crash can leave.
 */
public final class Bounded {
  /** Scripts tried for a shorter one. */
  private static final int BUDGET = 400;

  private final ImageChecker checker;
  private final UnaryOperator<BlockDevice> between;

  /**
   * A broken promise.
   *
   * @param number of the first sequence that broke it
   * @param what was broken, and where
   * @param script shortest one found that still does
   * @param image the state in which it showed, as far as there is one
   */
  public record Violation(
      long number, String what, List<Op> script, @Nullable MemoryDevice image) {}

  /**
   * What came of some sequences.
   *
   * @param sequences that were gone through
   * @param states that crashes can leave of them
   * @param opened different ones, that were opened and checked
   * @param first the first broken promise; null: none
   */
  public record Result(long sequences, long states, long opened, @Nullable Violation first) {}

  /**
   * @param checker of images that nobody has open, after a loss of power
   */
  public Bounded(ImageChecker checker) {
    this(checker, UnaryOperator.identity());
  }

  /** For planted bugs: something stands between the volume and the recorded device. */
  Bounded(ImageChecker checker, UnaryOperator<BlockDevice> between) {
    this.checker = checker;
    this.between = between;
  }

  /** Goes through sequences by their numbers, all or to a broken promise. */
  public Result run(LongStream numbers, long seed) throws IOException {
    BoundedTrial trial = new BoundedTrial(checker, between);
    long sequences = 0;
    for (long number : numbers.toArray()) {
      sequences++;
      List<Op> script = BoundedSpace.script(number, seed);
      String what = trial.verdict(script, seed);
      if (what != null) {
        long formed = trial.tried();
        long opened = trial.states;
        Shrinking least = Shrinking.of(trial, seed, script, what, BUDGET);
        return new Result(
            sequences,
            formed,
            opened,
            new Violation(number, least.what(), least.script(), least.image()));
      }
    }
    return new Result(sequences, trial.tried(), trial.states, null);
  }

  /** Runs one script again; null if it breaks nothing. */
  public @Nullable String replay(List<Op> script, long seed) throws IOException {
    return new BoundedTrial(checker, between).verdict(script, seed);
  }
}
