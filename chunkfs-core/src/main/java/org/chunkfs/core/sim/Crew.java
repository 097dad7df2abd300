package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.jspecify.annotations.Nullable;

/**
 * Several threads that work on one volume, each in two directories of its own, each compared with a
 * reference of its own. What a request could not do for want of a chunk must have had no effect.
 */
final class Crew {
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  /** From then on a step inside the device counts as stuck. */
  private static final long STUCK_NANOS = 1_000_000_000;

  private final Volume volume;
  private final List<Worker> workers = new ArrayList<>();
  private final BiPredicate<Integer, Exception> excused;
  private volatile @Nullable String wrong;

  /** One thread's things. */
  final class Worker {
    private final List<Op> script;
    private final List<String> tops;
    private final Map<String, Long> mounts = new HashMap<>();
    private final MemoryVfs model = new MemoryVfs(Trial.clock());
    private final Actor expected = new Actor(model);
    private final Actor actor;
    private final Thread thread;
    volatile long done;
    volatile long refused;
    volatile long slowestNanos;
    private volatile long stepSince;

    Worker(List<String> tops, List<Op> script) throws IOException {
      this.tops = tops;
      this.script = script;
      for (String top : tops) {
        mounts.put(top, volume.mkdir(volume.root(), Actor.name(top), DIRECTORY).id());
        model.mkdir(model.root(), Actor.name(top), DIRECTORY);
      }
      this.actor = new Actor(volume, mounts);
      this.thread = Thread.ofPlatform().daemon().name("crew-" + tops).unstarted(this::work);
    }

    private void work() {
      try {
        for (Op op : script) {
          if (wrong != null) {
            return;
          }
          step(op);
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        fail(
            tops
                + ": "
                + e
                + " at "
                + List.of(e.getStackTrace()).subList(0, Math.min(8, e.getStackTrace().length)));
      }
    }

    private void step(Op op) throws IOException {
      long from = System.nanoTime();
      stepSince = from;
      try {
        String found = actor.act(op);
        if (!found.equals(FsException.Reason.NO_SPACE.name())) {
          String want =
              found.startsWith("wrote ")
                  ? expected.actShort(op, Integer.parseInt(found.substring(6)))
                  : expected.act(op);
          if (!found.equals(want)) {
            fail(op + " answers '" + found + "', expected '" + want + "'");
          }
        }
        done++;
      } catch (IOException e) {
        refused++;
        if (!excused.test(Trial.chunkOf(e), e)) {
          fail(op + " fails without a reason: " + e);
        }
      } finally {
        slowestNanos = Math.max(slowestNanos, System.nanoTime() - from);
      }
    }

    /** Whether it has been inside the device for a while. */
    boolean stuck() {
      if (!thread.isAlive() || System.nanoTime() - stepSince < STUCK_NANOS) {
        return false;
      }
      for (StackTraceElement frame : thread.getStackTrace()) {
        if (frame.getClassName().equals(FaultyDevice.class.getName())) {
          return true;
        }
      }
      return false;
    }

    @Nullable String compare(Volume with) throws IOException {
      for (String top : tops) {
        long dir = with.lookup(with.root(), Actor.name(top)).id();
        List<String> want = TreeDump.of(model, model.lookup(model.root(), Actor.name(top)).id());
        List<String> found = TreeDump.of(with, dir);
        if (!want.equals(found)) {
          return top + ": " + TreeDump.difference(want, found);
        }
      }
      return null;
    }
  }

  /**
   * @param excused whether a request may fail like that for want of a chunk
   */
  Crew(Volume volume, BiPredicate<Integer, Exception> excused) {
    this.volume = volume;
    this.excused = excused;
  }

  /** The names of a worker's two directories. */
  static List<String> tops(int worker) {
    return List.of("t" + worker + "a", "t" + worker + "b");
  }

  /** Steps of {@code count} workers, mixed. */
  static List<Op> script(int count, long seed, int steps, boolean data) {
    List<List<Op>> each = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Workload workload = new Workload(8, tops(i), data, false, false);
      // A fallocate that fails may have done a part.
      each.add(
          workload.steps(seed * 31 + i, steps / count).stream()
              .filter(op -> op.kind() != Op.Kind.FALLOCATE)
              .toList());
    }
    List<Op> mixed = new ArrayList<>();
    for (int i = 0; i < steps / count; i++) {
      for (List<Op> of : each) {
        if (i < of.size()) {
          mixed.add(of.get(i));
        }
      }
    }
    return mixed;
  }

  /** Makes the workers' directories and gives each the steps that are in them. */
  void hire(int count, List<Op> script) throws IOException {
    for (int i = 0; i < count; i++) {
      String mine = "/t" + i;
      workers.add(
          new Worker(tops(i), script.stream().filter(op -> op.path().startsWith(mine)).toList()));
    }
  }

  List<Worker> workers() {
    return workers;
  }

  void start() {
    workers.forEach(w -> w.thread.start());
  }

  boolean working() {
    return workers.stream().anyMatch(w -> w.thread.isAlive());
  }

  /** How many have not finished. */
  int atWork() {
    return (int) workers.stream().filter(w -> w.thread.isAlive()).count();
  }

  /** How many of them are inside a device that does not answer. */
  int stuck() {
    return (int) workers.stream().filter(Worker::stuck).count();
  }

  /** Waits for all; false if some are not done after so long. */
  boolean join(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    while (working() && System.nanoTime() < until) {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    return !working();
  }

  void fail(String what) {
    String before = wrong;
    wrong = before == null ? what : before;
  }

  @Nullable String wrong() {
    return wrong;
  }

  /** Compares everybody's directories with their references. */
  @Nullable String compare(Volume with) throws IOException {
    String before = wrong;
    if (before != null) {
      return before;
    }
    for (Worker w : workers) {
      String differs = w.compare(with);
      if (differs != null) {
        return differs;
      }
    }
    return null;
  }
}
