package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.device.MemoryDevice;
import org.jspecify.annotations.Nullable;

/**
 * Long runs of experiments: as many scripts as wanted from a seed, each on a new image in memory,
 * until the first broken promise, which is shrunk to the shortest script that still shows it.
 */
public final class Soak {
  /** What is tried. */
  public enum Kind {
    /** Answers like the reference, through kills and crashes of chunks. */
    MODEL,
    /** The same with directories of hundreds of long names. */
    WIDE,
    /** The same on images that fill up. */
    FULL,
    /** Every state that a death of the process can leave. */
    PROCESS_DEATH,
    /** Many of the states that a loss of power can leave. */
    POWER_LOSS,
    /** Chunks crash and come back under the load of several threads. */
    CHUNK_CRASH,
    /** A chunk's device hangs. */
    HANG,
    /** Reads and writes of one chunk that fail, or are not what they were said to be. */
    DAMAGE
  }

  /**
   * What is to be run.
   *
   * @param seed of the first script; the next ones have the next numbers
   * @param runs number of scripts
   * @param steps length of each
   * @param data whether files get content
   */
  public record Plan(Kind kind, long seed, int runs, int steps, boolean data) {}

  /**
   * A broken promise.
   *
   * @param seed of its script
   * @param what was broken
   * @param script shortest one found that still does
   * @param image the state in which it showed, as far as there is one
   */
  public record Violation(
      Kind kind, long seed, String what, List<Op> script, @Nullable MemoryDevice image) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(kind).append(" seed ").append(seed).append(": ").append(what).append('\n');
      script.forEach(op -> text.append("  ").append(op).append('\n'));
      return text.toString();
    }
  }

  /**
   * What came of it.
   *
   * @param runs scripts that were run, before any shrinking
   * @param steps their steps
   * @param states states that were opened and compared
   * @param first the first broken promise; null: none
   */
  public record Result(long runs, long steps, long states, @Nullable Violation first) {}

  private static final int CHUNKS = 4;
  private static final int CREW_CHUNKS = 6;

  /** Crash states looked at of each script, about. */
  private static final int STATES = 120;

  /** Scripts tried for a shorter one. */
  private static final int BUDGET = 400;

  private Soak() {}

  /** Runs until all is done, or something is broken, which is then shrunk. */
  public static Result run(Plan plan) throws IOException {
    Result result = find(plan);
    Violation first = result.first;
    if (first == null) {
      return result;
    }
    Trial trial = trial(plan, first.seed);
    trial.evidence = first.image;
    Shrinking least = Shrinking.of(trial, first.seed, first.script, first.what, BUDGET);
    Violation shrunk =
        new Violation(plan.kind, first.seed, least.what(), least.script(), least.image());
    return new Result(result.runs, result.steps, result.states, shrunk);
  }

  /** Runs until all is done, or something is broken, which is left as long as it is. */
  public static Result find(Plan plan) throws IOException {
    long steps = 0;
    long states = 0;
    for (int i = 0; i < plan.runs; i++) {
      long seed = plan.seed + i;
      Trial trial = trial(plan, seed);
      List<Op> script = script(plan, seed);
      String what = trial.verdict(script, seed);
      steps += trial.steps;
      states += trial.states;
      if (what != null) {
        Violation found = new Violation(plan.kind, seed, what, script, trial.evidence);
        return new Result(i + 1L, steps, states, found);
      }
    }
    return new Result(plan.runs, steps, states, null);
  }

  /** Runs one script again; null if it breaks nothing. */
  public static @Nullable String replay(Plan plan, List<Op> script) throws IOException {
    return trial(plan, plan.seed).verdict(script, plan.seed);
  }

  /** Whether crashes are tried on an image that fills up, in which blocks are soon used again. */
  private static boolean filled(long seed) {
    return seed % 5 == 4;
  }

  private static Trial trial(Plan plan, long seed) throws IOException {
    return switch (plan.kind) {
      case MODEL, WIDE ->
          new ModelTrial(Trial.image(CHUNKS), Trial.options().withCheckpoint(2, 128 << 10));
      case PROCESS_DEATH, POWER_LOSS ->
          new CrashTrial(
              Trial.image(filled(seed) ? 1 : CHUNKS),
              Trial.options().withCheckpoint(seed % 2 == 0 ? 1 : 50, 1 << 20),
              plan.kind == Kind.POWER_LOSS ? CrashJudge.Crash.POWER : CrashJudge.Crash.DEATH,
              STATES);
      case CHUNK_CRASH ->
          new ChunkTrial(
              Trial.image(CREW_CHUNKS), Trial.options().withCheckpoint(5, 1 << 20), CREW_CHUNKS);
      case HANG -> new HangTrial(Trial.image(CREW_CHUNKS), Trial.options(), CREW_CHUNKS);
      case DAMAGE -> new DamageTrial(Trial.image(CHUNKS), Trial.options(), CHUNKS);
      case FULL -> new ModelTrial(Trial.image(2), Trial.options().withCheckpoint(20, 1 << 20));
    };
  }

  private static List<Op> script(Plan plan, long seed) {
    return switch (plan.kind) {
      case MODEL -> ModelTrial.script(Workload.small(plan.data), seed, plan.steps, CHUNKS);
      case WIDE -> ModelTrial.script(Workload.wide(plan.data), seed, plan.steps, CHUNKS);
      case PROCESS_DEATH, POWER_LOSS ->
          CrashTrial.script(
              filled(seed)
                  ? Workload.filling(plan.data)
                  : seed % 3 == 2 ? Workload.wide(plan.data) : Workload.small(plan.data),
              seed,
              plan.steps);
      case CHUNK_CRASH, HANG -> Crew.script(ChunkTrial.WORKERS, seed, plan.steps, plan.data);
      case DAMAGE -> DamageTrial.script(Workload.small(plan.data).steps(seed, plan.steps));
      case FULL -> ModelTrial.script(Workload.filling(plan.data), seed, plan.steps, 2);
    };
  }
}
