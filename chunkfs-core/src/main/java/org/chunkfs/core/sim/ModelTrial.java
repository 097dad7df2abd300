package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Every call answers as the reference filesystem does, through deaths of the process, re-openings
 * and crashes of chunks; and what is deleted is free again in the end.
 */
final class ModelTrial extends Trial {
  private static final int LOOK_EVERY = 40;

  private final MemoryDevice image;
  private final VolumeOptions options;

  /** The state of one run. */
  private final class Run {
    MemoryDevice device = image.snapshot();
    Volume volume = open(device, options, 1);
    Actor actor = new Actor(volume);
    final Vfs.Stat empty = volume.statfs();
    final MemoryVfs model = new MemoryVfs(clock());
    final Actor expected = new Actor(model);
    final Set<Integer> down = new TreeSet<>();

    Run() throws IOException {}

    void reopen(boolean orderly) throws IOException {
      MemoryDevice left;
      if (orderly) {
        volume.close();
        left = device.snapshot();
      } else {
        left = device.snapshot();
        volume.abandon();
      }
      device = left;
      volume = open(device, options, 1);
      actor = new Actor(volume);
      expected.releaseHeld();
      down.clear();
    }

    void event(Op op) throws IOException {
      int chunk = (int) op.a();
      switch (op.kind()) {
        case SYNC -> volume.syncfs();
        case KILL -> reopen(false);
        case REOPEN -> reopen(true);
        case CRASH -> {
          volume.crash(chunk);
          down.add(chunk);
        }
        case ONLINE -> {
          volume.online(chunk);
          down.remove(chunk);
        }
        case CHECKPOINT -> RecordedRun.checkpoint(volume);
        default -> throw new IllegalArgumentException(op.toString());
      }
    }

    @Nullable String step(Op op) throws IOException {
      String found;
      try {
        found = actor.act(op);
      } catch (ChunkUnavailableException e) {
        missed(op, expected);
        return down.contains(e.chunk()) ? null : "unavailable without a reason: " + e.getMessage();
      }
      if (found.equals(FsException.Reason.NO_SPACE.name())) {
        return deletes(op) ? "there was no space to delete" : null;
      }
      // A write comes to less than was asked for when the image is full.
      String want =
          found.startsWith("wrote ")
              ? expected.actShort(op, Integer.parseInt(found.substring(6)))
              : expected.act(op);
      return want.equals(found) ? null : "answers '" + found + "', expected '" + want + "'";
    }

    @Nullable String look() throws IOException {
      if (!down.isEmpty()) {
        return null;
      }
      String out = fenced(volume);
      if (out != null) {
        return out;
      }
      List<String> want = TreeDump.of(model);
      List<String> found = TreeDump.of(volume);
      return want.equals(found) ? null : TreeDump.difference(want, found);
    }

    /** Deletes everything, and looks whether all is free again. */
    @Nullable String tidy() throws IOException {
      for (int chunk : List.copyOf(down)) {
        event(Op.event(Op.Kind.ONLINE, chunk));
      }
      String wrong = look();
      if (wrong != null) {
        return "in the end: " + wrong;
      }
      actor.releaseHeld();
      remove(volume, volume.root());
      if (!volume.quiesce(10_000)) {
        return "the deleted is not freed";
      }
      Vfs.Stat now = volume.statfs();
      return now.equals(empty) ? null : "after deleting everything " + now + ", at first " + empty;
    }
  }

  /**
   * @param image to begin with, only copied
   */
  ModelTrial(MemoryDevice image, VolumeOptions options) {
    this.image = image;
    this.options = options;
  }

  private static boolean deletes(Op op) {
    return switch (op.kind()) {
      case UNLINK, RMDIR, RELEASE, REMOVEXATTR -> true;
      default -> false;
    };
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    Run run = new Run();
    try {
      for (int i = 0; i < script.size(); i++) {
        Op op = script.get(i);
        steps++;
        boolean look = i % LOOK_EVERY == LOOK_EVERY - 1;
        String wrong = null;
        if (op.kind().isEvent()) {
          run.event(op);
          look |= op.kind() != Op.Kind.SYNC;
          states++;
        } else {
          wrong = run.step(op);
        }
        if (wrong == null && look) {
          wrong = run.look();
        }
        if (wrong != null) {
          return "step " + i + ", " + op + ": " + wrong;
        }
      }
      return run.tidy();
    } finally {
      evidence = run.device.snapshot();
      run.volume.abandon();
    }
  }

  static void remove(Vfs vfs, long dir) throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    vfs.readdir(dir, 0, entries::add);
    for (Vfs.Dirent e : entries) {
      if (e.type() == Vfs.S_IFDIR >> 12) {
        remove(vfs, e.id());
        vfs.rmdir(dir, e.name());
      } else {
        vfs.unlink(dir, e.name());
      }
    }
  }

  /** A workload with events strewn in. */
  static List<Op> script(Workload workload, long seed, int count, int chunks) {
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed ^ 0x5EED);
    List<Op> script = new ArrayList<>();
    List<Integer> down = new ArrayList<>();
    for (Op op : workload.steps(seed, count)) {
      script.add(op);
      if (!down.isEmpty() && random.nextInt(6) == 0) {
        script.add(Op.event(Op.Kind.ONLINE, down.removeLast()));
      }
      switch (random.nextInt(60)) {
        case 0 -> {
          script.add(Op.event(Op.Kind.KILL, 0));
          down.clear();
        }
        case 1 -> {
          script.add(Op.event(Op.Kind.REOPEN, 0));
          down.clear();
        }
        case 2, 3 -> {
          int chunk = random.nextInt(chunks);
          if (!down.contains(chunk)) {
            script.add(Op.event(Op.Kind.CRASH, chunk));
            down.add(chunk);
          }
        }
        case 4 -> script.add(Op.event(Op.Kind.SYNC, 0));
        default -> {}
      }
    }
    return script;
  }
}
