package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.sim.CrashJudge.Crash;
import org.chunkfs.core.sim.RecordedRun.Progress;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Goes through what crashes during the last step of a script can leave: the death of the process
 * after each write and each step, and for each window between two flushes all sets of its writes
 * where it has few, some of them where it has many, and torn ones. What shows is opened, compared,
 * and checked.
 *
 * <p>A script begins on an empty image; what comes before its last {@code kill} or {@code reopen}
 * only makes the tree that the rest begins with. Crashes during earlier steps are those of a
 * shorter script.
 *
 * <p>Not for several threads; a state that it has seen before, with the same steps before that, is
 * not opened again.
 */
final class BoundedTrial extends Trial {
  /** Windows of at most so many writes are gone through. */
  private static final int FEW = 7;

  /** Sets of writes tried of larger ones. */
  private static final int SETS = 64;

  /** Torn states of a window, for each of its writes. */
  private static final int TORN = 4;

  /** A crashed opening is tried for one in so many states. */
  private static final int AGAIN = 8;

  /** One in so many states is worked with after it was opened. */
  private static final int GO_ON = 24;

  /** One in so many is checked before it is opened too. */
  private static final int BEFORE = 8;

  private final ImageChecker checker;
  private final UnaryOperator<BlockDevice> between;
  private final MemoryDevice empty;
  private final Map<List<Op>, MemoryDevice> bases = new HashMap<>();
  private final Map<State, Known> known = new HashMap<>();
  private long tried;
  private final CrashJudge judge = new CrashJudge(quiet(), true);

  /** A content of the device and what is done with it. */
  private record State(MemoryDevice base, long content, Crash crash) {}

  /** What came of it: a tree, or what is wrong. */
  private record Known(List<String> tree, @Nullable String wrong) {}

  /**
   * @param checker of images that nobody has open, after a loss of power
   * @param between what stands between the volume and the recording: for planted bugs
   */
  BoundedTrial(ImageChecker checker, UnaryOperator<BlockDevice> between) throws IOException {
    this.checker = checker;
    this.between = between;
    this.empty = image(BoundedBase.CHUNKS);
  }

  /** Nothing in the background, and a clock that begins anew. */
  private static VolumeOptions quiet() {
    return options().withCheckpoint(100, Long.MAX_VALUE);
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    int made = made(script);
    List<Op> make = script.subList(0, made);
    List<Op> tried = script.subList(made, script.size());
    MemoryDevice base = bases.get(make);
    if (base == null) {
      base = make(make);
      bases.put(List.copyOf(make), base);
    }
    RecordingDevice device = new RecordingDevice(base);
    Volume volume = open(between.apply(device), quiet(), CrashJudge.BOOT);
    RecordedRun run =
        new RecordedRun.Recorder(device, volume, new RecordedRun.Itself(volume)).run(make, tried);
    steps += tried.size();
    return new Exploration(base, run, new SplittableRandom(seed ^ tried.toString().hashCode()))
        .run(lastStep(tried));
  }

  /** How many steps of a script only make the tree that the rest begins with. */
  static int made(List<Op> script) {
    int made = 0;
    for (int i = 0; i < script.size(); i++) {
      Op.Kind kind = script.get(i).kind();
      made = kind == Op.Kind.KILL || kind == Op.Kind.REOPEN ? i + 1 : made;
    }
    return made;
  }

  /** Marks before the last step that is not about durability alone. */
  private static int lastStep(List<Op> tried) {
    for (int i = tried.size() - 1; i >= 0; i--) {
      if (!tried.get(i).kind().isSync()) {
        return i;
      }
    }
    return 0;
  }

  /** The image that steps make; they end with the death or the end of the process. */
  MemoryDevice make(List<Op> steps) throws IOException {
    MemoryDevice device = empty.snapshot();
    Volume volume = open(device, quiet(), CrashJudge.BOOT);
    Actor actor = new Actor(volume);
    for (Op op : steps) {
      switch (op.kind()) {
        case SYNC -> volume.syncfs();
        case CHECKPOINT -> RecordedRun.checkpoint(volume);
        case KILL, REOPEN -> {
          if (op.kind() == Op.Kind.REOPEN) {
            volume.close();
          }
          volume.abandon();
          device = device.snapshot();
          volume = open(device, quiet(), CrashJudge.BOOT);
          actor = new Actor(volume);
        }
        default -> actor.act(op);
      }
    }
    MemoryDevice made = device.snapshot();
    volume.abandon();
    return made;
  }

  /** Of one run. */
  private final class Exploration {
    private final MemoryDevice base;
    private final RecordedRun run;
    private final SplittableRandom random;
    private final CrashStates crashes;
    private final Contents contents;
    private Progress progress = new Progress(0, 0);

    Exploration(MemoryDevice base, RecordedRun run, SplittableRandom random) throws IOException {
      this.base = base;
      this.run = run;
      this.random = random;
      this.crashes = new CrashStates(run.recording());
      this.contents = new Contents(run.recording().start());
    }

    /**
     * @param from marks before the first crash
     */
    @Nullable String run(int from) throws IOException {
      List<Recording.Event> events = run.recording().events();
      int marks = 0;
      String wrong = null;
      for (int i = 0; i <= events.size() && wrong == null; i++) {
        boolean tried = marks >= from;
        if (i == events.size()) {
          wrong = tried ? power() : null;
          break;
        }
        switch (events.get(i)) {
          case Recording.Write _ -> {
            crashes.advance(i + 1);
            wrong = tried ? death() : null;
          }
          case Recording.FlushEnd _ -> wrong = tried ? power() : null;
          case Recording.Mark(Object label) -> {
            marks++;
            progress = (Progress) label;
            wrong = tried ? death() : null;
          }
          case Recording.FlushBegin _ -> {}
        }
        crashes.advance(i + 1);
      }
      return wrong;
    }

    private @Nullable String death() throws IOException {
      return judge(crashes.processDeath(), Crash.DEATH, "the process dies");
    }

    private @Nullable String power() throws IOException {
      int n = crashes.window().size();
      String wrong = null;
      if (n <= FEW) {
        for (long kept = 0; kept < 1L << n && wrong == null; kept++) {
          wrong = keeping(kept, n);
        }
      } else {
        wrong = sets(n);
      }
      for (int i = 0; i < TORN * n && wrong == null; i++) {
        long pick = random.nextLong();
        wrong = judge(crashes.powerLoss(pick), Crash.POWER, "power is lost, torn by " + pick);
      }
      return wrong;
    }

    /** Of a large window: all starts of it, each write alone and each missing, and some more. */
    private @Nullable String sets(int n) throws IOException {
      int bits = Math.min(n, Long.SIZE - 1);
      long all = (1L << bits) - 1;
      String wrong = keeping(all, n);
      for (int i = 0; i < bits && wrong == null; i++) {
        wrong = keeping((1L << i) - 1, n);
        wrong = wrong == null ? keeping(1L << i, n) : wrong;
        wrong = wrong == null ? keeping(all & ~(1L << i), n) : wrong;
      }
      for (int i = 3 * bits; i < SETS && wrong == null; i++) {
        wrong = keeping(random.nextLong() & all, n);
      }
      return wrong;
    }

    private @Nullable String keeping(long kept, int n) throws IOException {
      return judge(
          crashes.powerLossKeeping(kept),
          Crash.POWER,
          "power is lost, %s of %d writes survive".formatted(Long.toBinaryString(kept), n));
    }

    private @Nullable String judge(MemoryDevice left, Crash crash, String what) throws IOException {
      tried++;
      State state = new State(base, contents.of(left), crash);
      Known of = known.get(state);
      if (of == null) {
        of = look(left, crash);
        known.put(state, of);
      }
      String wrong =
          of.wrong == null ? CrashJudge.compare(run, progress, crash, of.tree) : of.wrong;
      if (wrong == null) {
        return null;
      }
      evidence = left.snapshot();
      return "after %s %s: %s".formatted(progress, what, wrong);
    }

    private Known look(MemoryDevice left, Crash crash) throws IOException {
      states++;
      if (crash == Crash.POWER && random.nextInt(BEFORE) == 0) {
        List<String> unsound = checker.check(left.snapshot());
        if (!unsound.isEmpty()) {
          return new Known(List.of(), "before it is opened it is not sound: " + unsound);
        }
      }
      CrashJudge.Opened opened;
      try {
        opened = judge.open(left, crash);
      } catch (IOException | IllegalStateException e) {
        return new Known(List.of(), "it cannot be opened: " + e);
      }
      List<String> unsound = checker.check(opened.image());
      String wrong = unsound.isEmpty() ? null : "after it was opened it is not sound: " + unsound;
      if (wrong == null && random.nextInt(AGAIN) == 0) {
        wrong = judge.again(opened, crash, random);
      }
      if (wrong == null && random.nextInt(GO_ON) == 0) {
        wrong = judge.goOn(left, empty, run, progress, crash, opened.tree(), random);
      }
      return new Known(opened.tree(), wrong);
    }
  }

  /** States that were formed, those that came up before included. */
  long tried() {
    return tried;
  }
}
