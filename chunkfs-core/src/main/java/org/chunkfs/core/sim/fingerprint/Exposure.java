package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.device.PatientDevice;
import org.chunkfs.core.error.DataCorruptException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.sim.FaultyDevice;
import org.chunkfs.core.sim.ImageChecker;
import org.chunkfs.core.sim.TreeDump;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.Volume;
import org.jspecify.annotations.Nullable;

/** One operation exposed to one fault: what was seen of it during and afterwards. */
final class Exposure {
  private static final Duration CALM = Duration.ofSeconds(20);
  private static final Duration MOST = Duration.ofSeconds(30);

  private final Scene scene;
  private final Operation operation;
  private final FaultClass fault;
  private final Target target;
  private final Expected expected;
  private final ImageChecker checker;
  private final MemoryDevice base;
  private final FaultyDevice faulty;
  private final Trace trace;
  private final Duration stall;

  /**
   * The block that the fault hits.
   *
   * @param partner another of its kind
   */
  record Target(Place place, long position, long partner) {}

  /**
   * What the operation does without a fault.
   *
   * @param answer its answer
   * @param before the tree before it
   * @param after the tree after it
   */
  record Expected(String answer, List<String> before, List<String> after) {}

  /** How the operation ended; it has not if both are null. */
  private static final class Ending {
    volatile @Nullable String answer;
    volatile @Nullable Exception failure;
    volatile @Nullable Volume opened;
  }

  Exposure(
      Scene scene,
      Operation operation,
      FaultClass fault,
      Target target,
      Expected expected,
      ImageChecker checker,
      long seed,
      Duration hang) {
    this.scene = scene;
    this.operation = operation;
    this.fault = fault;
    this.target = target;
    this.expected = expected;
    this.checker = checker;
    this.base = scene.image(operation);
    this.faulty = new FaultyDevice(base, seed);
    this.trace = new Trace(faulty);
    this.stall = fault.hangs() ? hang : CALM;
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if something happened that must never: another chunk out of
   *     service, a chunk that does not come back, a wrong tree
   */
  Reaction run() throws IOException {
    try {
      return switch (operation) {
        case FSCK, FSCK_CLEAN -> check();
        case MOUNT, MOUNT_CLEAN -> mount();
        default -> operate();
      };
    } finally {
      faulty.heal();
    }
  }

  private void arm() {
    faulty.inject(
        fault.ofFlushes() ? fault.at(0, 0) : fault.at(target.position(), target.partner()));
    trace.start();
  }

  private void requireMet() {
    if (faulty.done().isEmpty()) {
      throw new IllegalStateException("the fault was not met: the operation took another way");
    }
  }

  private Reaction check() throws IOException {
    arm();
    List<String> found;
    try {
      found = checker.check(new PatientDevice(trace, stall));
    } catch (IOException e) {
      found = List.of(String.valueOf(e.getMessage()));
    }
    requireMet();
    if (!found.isEmpty()) {
      return Reaction.REPORTED;
    }
    if (fault == FaultClass.SLOW) {
      return Reaction.WAITED;
    }
    return right();
  }

  /** Answered right: how so? */
  private Reaction right() {
    long reads =
        trace.stop().stream()
            .filter(t -> t.kind() == Trace.Kind.READ && t.position() == target.position())
            .count();
    return switch (fault) {
      case READ_ERROR_ONCE -> reads > 0 ? Reaction.AGAIN : Reaction.OTHER;
      case FLIP_ONCE -> reads > 1 ? Reaction.AGAIN : Reaction.OTHER;
      case WRITE_ERROR_ONCE, WRITE_ERROR, WRITE_HANG -> Reaction.MAJORITY;
      case SLOW -> Reaction.WAITED;
      default -> Reaction.OTHER;
    };
  }

  private Reaction mount() throws IOException {
    arm();
    Ending ending = new Ending();
    Thread thread =
        start(
            ending,
            () -> {
              ending.opened = Scene.open(trace, stall);
              return expected.answer();
            });
    await(thread, ending, null);
    Volume volume = ending.opened;
    if (volume == null) {
      requireMet();
      if (ending.failure == null) {
        throw new IllegalStateException("the mount hangs");
      }
      faulty.heal();
      if (!fault.stays()) {
        reopen(base, false);
      }
      return Reaction.REFUSED;
    }
    try {
      requireMet();
      Reaction seen = judge(volume, ending, thread);
      if (seen == Reaction.OTHER || seen == Reaction.AGAIN) {
        requireTree(TreeDump.of(volume), true);
      }
      return seen;
    } finally {
      volume.abandon();
    }
  }

  private Reaction operate() throws IOException {
    Volume volume = Scene.open(trace, stall);
    try {
      operation.prepare(volume);
      arm();
      Ending ending = new Ending();
      Thread thread = start(ending, () -> operation.run(volume, scene.victim()));
      await(thread, ending, volume);
      requireMet();
      return judge(volume, ending, thread);
    } finally {
      faulty.heal();
      volume.abandon();
    }
  }

  /** Something that answers in words. */
  @FunctionalInterface
  private interface Work {
    String run() throws IOException;
  }

  private static Thread start(Ending ending, Work work) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            ending.answer = work.run();
          } catch (IOException | RuntimeException e) {
            ending.failure = e;
          }
        });
  }

  /**
   * Waits for the end, or, where something hangs, until the chunk is out of service and a deadline
   * has certainly passed.
   */
  private void await(Thread thread, Ending ending, @Nullable Volume volume) {
    Duration most = fault.hangs() ? stall.multipliedBy(30) : MOST;
    long from = System.nanoTime();
    while (thread.isAlive() && System.nanoTime() - from < most.toNanos()) {
      boolean late = System.nanoTime() - from > stall.toNanos() * 5;
      if (late && volume != null && othersServe(volume) == ChunkState.FENCED) {
        break;
      }
      LockSupport.parkNanos(1_000_000);
    }
    if (!fault.hangs() && ending.answer == null && ending.failure == null) {
      throw new IllegalStateException("no answer within " + most.toSeconds() + " s");
    }
  }

  private Reaction judge(Volume volume, Ending ending, Thread thread) throws IOException {
    boolean stuck = thread.isAlive();
    ChunkState state = othersServe(volume);
    if (fault.hangs()) {
      probe(volume);
    }
    Exception failure = ending.failure;
    String answer = ending.answer;
    Reaction seen =
        failure != null || stuck ? refused(failure, stuck, state) : answered(volume, answer, state);
    if (fault.stays()) {
      if (seen != Reaction.NOTHING && (seen != Reaction.OTHER || !fault.silent())) {
        return seen;
      }
      return later(volume);
    }
    faulty.heal();
    join(thread);
    comeBack(volume, ending);
    return seen;
  }

  private Reaction refused(@Nullable Exception failure, boolean stuck, ChunkState state) {
    if (stuck) {
      if (state != ChunkState.FENCED) {
        throw new IllegalStateException("its thread is stuck, and the chunk is " + state);
      }
      return Reaction.FENCED_STUCK;
    }
    if (failure instanceof DataCorruptException) {
      return Reaction.DATA_ERROR;
    }
    if (state == ChunkState.FENCED || state == ChunkState.READ_ONLY) {
      return Reaction.FENCED_ERROR;
    }
    if (fault == FaultClass.FLUSH_ERROR) {
      return Reaction.READ_ONLY;
    }
    if (failure instanceof DeviceException && target.place() == Place.RING_MAP) {
      return Reaction.ERROR;
    }
    if (failure instanceof DeadlineException && fault.hangs()) {
      return Reaction.DEADLINE;
    }
    throw new IllegalStateException("refused, and the chunk is " + state + ": " + failure, failure);
  }

  private Reaction answered(Volume volume, @Nullable String answer, ChunkState state) {
    if (!expected.answer().equals(answer)) {
      throw new IllegalStateException(
          "answers '" + answer + "', expected '" + expected.answer() + "'");
    }
    return switch (state) {
      case FENCED, READ_ONLY -> Reaction.FENCED;
      case SUSPECT -> Reaction.SUSPECT;
      default -> fault.silent() ? Reaction.NOTHING : right();
    };
  }

  /** The victim's state; all others serve. */
  private ChunkState othersServe(Volume volume) {
    ChunkState state = ChunkState.ONLINE;
    for (ChunkStatus c : volume.chunks()) {
      if (c.id() == scene.victim()) {
        state = c.state();
      } else if (c.state() != ChunkState.ONLINE && c.state() != ChunkState.SUSPECT) {
        throw new IllegalStateException(
            "chunk %d is %s, which the fault is not in: %s"
                .formatted(c.id(), c.state(), c.reason()));
      }
    }
    return state;
  }

  /** While something hangs, a chunk that has nothing to do with it answers. */
  private void probe(Volume volume) {
    Ending ending = new Ending();
    Thread thread =
        start(
            ending,
            () -> {
              long dir = volume.lookup(volume.root(), Operation.name(Scene.OTHER)).id();
              volume.create(dir, Operation.name("probe"), Scene.FILE);
              volume.unlink(dir, Operation.name("probe"));
              return "";
            });
    long until = System.nanoTime() + MOST.toNanos();
    while (thread.isAlive() && System.nanoTime() < until) {
      LockSupport.parkNanos(500_000);
    }
    if (ending.answer == null) {
      throw new IllegalStateException(
          "a request to another chunk is held up, or fails: " + ending.failure);
    }
  }

  private static void join(Thread thread) {
    long until = System.nanoTime() + MOST.toNanos();
    while (thread.isAlive()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("the thread does not return although the device did");
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /** The fault is over: everything is in service again, with all that was acknowledged. */
  private void comeBack(Volume volume, Ending ending) throws IOException {
    boolean done = ending.answer != null;
    if (fault == FaultClass.FLUSH_ERROR && ending.failure != null) {
      reopen(base.snapshot(), false);
      return;
    }
    for (ChunkStatus c : volume.chunks()) {
      if (c.state() != ChunkState.ONLINE && c.state() != ChunkState.SUSPECT) {
        volume.online(c.id());
      }
    }
    requireTree(TreeDump.of(volume), done);
    reopen(base.snapshot(), done);
  }

  private void requireTree(List<String> tree, boolean done) {
    if (!tree.equals(expected.after()) && (done || !tree.equals(expected.before()))) {
      throw new IllegalStateException(
          "the tree is not as it must be: " + TreeDump.difference(expected.after(), tree));
    }
  }

  private void reopen(MemoryDevice left, boolean done) throws IOException {
    Volume volume = Scene.open(left.snapshot(), CALM);
    try {
      othersServe(volume);
      requireTree(TreeDump.of(volume), done);
    } finally {
      volume.abandon();
    }
  }

  /** A fault that nobody could notice yet: when is it? */
  private Reaction later(Volume volume) throws IOException {
    faulty.heal();
    if (!checker.check(base.snapshot()).isEmpty()) {
      return Reaction.LATER_CHECK;
    }
    if (treeOf(base.snapshot()).equals(expected.after())) {
      return Reaction.HARMLESS;
    }
    // Lost without a trace for who comes after a death; who is still there knows better.
    try {
      volume.crash(scene.victim());
      volume.online(scene.victim());
    } catch (IOException e) {
      return Reaction.LATER_RECOVERY;
    }
    return Reaction.NOTHING;
  }

  private List<String> treeOf(MemoryDevice left) throws IOException {
    Volume volume = Scene.open(left, CALM);
    try {
      return TreeDump.of(volume);
    } finally {
      volume.abandon();
    }
  }
}
