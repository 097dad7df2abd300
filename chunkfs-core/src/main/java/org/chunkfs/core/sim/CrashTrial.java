package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a crash leaves opens, with all chunks in service, as some prefix of the history: all
 * that was acknowledged if only the process died, all that was made durable if power was lost, and
 * every operation whole or not at all. A crash while it opens changes nothing about that.
 */
final class CrashTrial extends Trial {
  /** A crashed opening is tried for one in so many states. */
  private static final int AGAIN = 6;

  /** One in so many states is worked with after it was opened. */
  private static final int GO_ON = 5;

  private final MemoryDevice image;
  private final VolumeOptions options;
  private final boolean power;

  /** States looked at of each script, about. */
  private final int most;

  /** A step was acknowledged; then so many were, and so many are durable. */
  private record Progress(int acknowledged, int durable) {}

  /** What was recorded of a run. */
  private record Run(Recording recording, List<List<String>> trees, List<Op> done) {}

  /** A state opened: its tree and what was written for that. */
  private record Opened(List<String> tree, Recording recording) {}

  CrashTrial(MemoryDevice image, VolumeOptions options, boolean power, int most) {
    this.image = image;
    this.options = options;
    this.power = power;
    this.most = most;
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    Run run = record(script);
    SplittableRandom random = new SplittableRandom(seed);
    CrashStates states = new CrashStates(run.recording);
    int writes = Math.max(1, run.recording.writes());
    double share = Math.min(1.0, (double) most / writes);
    Progress progress = new Progress(0, 0);
    for (int i = 0; i < run.recording.events().size(); i++) {
      Recording.Event event = run.recording.events().get(i);
      states.advance(i + 1);
      if (event instanceof Recording.Mark(Object label) && label instanceof Progress p) {
        progress = p;
      }
      if (!(event instanceof Recording.Write) || random.nextDouble() >= share) {
        continue;
      }
      long pick = random.nextLong();
      MemoryDevice left = power ? states.powerLoss(pick) : states.processDeath();
      evidence = left.snapshot();
      String wrong = look(left, run, progress, random);
      if (wrong != null) {
        return "crash after event %d of %d (%s), state %x: %s"
            .formatted(i, run.recording.events().size(), progress, pick, wrong);
      }
    }
    return null;
  }

  /** Runs the script, and keeps the tree after each step that changed something. */
  private Run record(List<Op> script) throws IOException {
    RecordingDevice device = new RecordingDevice(image);
    MemoryVfs model = new MemoryVfs(clock());
    Actor expected = new Actor(model);
    List<List<String>> trees = new ArrayList<>();
    List<Op> done = new ArrayList<>();
    trees.add(TreeDump.of(model));
    int durable = 0;
    Volume volume = open(device, options, 1);
    try {
      Actor actor = new Actor(volume);
      for (Op op : script) {
        steps++;
        if (op.kind() == Op.Kind.SYNC) {
          volume.syncfs();
          durable = done.size();
        } else {
          String found = actor.act(op);
          String want =
              found.equals(FsException.Reason.NO_SPACE.name())
                  ? found
                  : found.startsWith("wrote ")
                      ? expected.actShort(op, Integer.parseInt(found.substring(6)))
                      : expected.act(op);
          if (!found.equals(want)) {
            throw new IllegalStateException(
                op + " answers '" + found + "', expected '" + want + "'");
          }
          done.add(op);
          trees.add(TreeDump.of(model));
        }
        device.mark(new Progress(done.size(), durable));
      }
    } finally {
      volume.abandon();
    }
    return new Run(device.recording(), trees, done);
  }

  private @Nullable String look(
      MemoryDevice left, Run run, Progress progress, SplittableRandom random) throws IOException {
    states++;
    Opened opened = open(left, power ? 2 : 1);
    int from = power ? progress.durable : progress.acknowledged;
    int to = Math.min(progress.acknowledged + 1, run.done.size());
    int at = -1;
    for (int i = from; i <= to && at < 0; i++) {
      at = run.trees.get(i).equals(opened.tree) ? i : -1;
    }
    for (int i = from; i < to && at < 0; i++) {
      if (within(run, i, opened.tree)) {
        return null;
      }
    }
    if (at < 0) {
      List<String> nearest = run.trees.get(progress.acknowledged);
      return "the tree is that of none of the steps %d to %d; against the last: %s"
          .formatted(from, to, TreeDump.difference(nearest, opened.tree));
    }
    if (random.nextInt(AGAIN) == 0) {
      String wrong = again(opened, random);
      if (wrong != null) {
        return wrong;
      }
    }
    return random.nextInt(GO_ON) == 0 ? goOn(left, run, at, random) : null;
  }

  /**
   * Whether a tree is one between two steps: of a write or fallocate some blocks, which are
   * all-or-nothing each.
   */
  private static boolean within(Run run, int step, List<String> tree) throws IOException {
    Op op = run.done.get(step);
    boolean write = op.kind() == Op.Kind.WRITE || op.kind() == Op.Kind.WRITEHELD;
    if (!write && op.kind() != Op.Kind.FALLOCATE
        || run.trees.get(step).equals(run.trees.get(step + 1))) {
      return false;
    }
    long end = op.a() + (write ? op.b() >>> 8 : op.b());
    for (long cut = op.a() / 4096 * 4096 + 4096; cut < end + 4096; cut += 4096) {
      long length = Math.min(cut, end) - op.a();
      for (int mode : write ? new int[] {0} : new int[] {Integer.parseInt(op.to()), 2}) {
        MemoryVfs model = new MemoryVfs(clock());
        Actor actor = new Actor(model);
        for (Op before : run.done.subList(0, step)) {
          actor.act(before);
        }
        if (write) {
          actor.actShort(op, (int) length);
        } else {
          actor.act(new Op(op.kind(), op.path(), String.valueOf(mode), op.a(), length));
        }
        if (TreeDump.of(model).equals(tree)) {
          return true;
        }
      }
    }
    return false;
  }

  private Opened open(MemoryDevice left, int boot) throws IOException {
    RecordingDevice device = new RecordingDevice(left);
    Volume volume = open(device, options, boot);
    try {
      String out = fenced(volume);
      if (out != null) {
        throw new IllegalStateException(out);
      }
      List<String> tree = TreeDump.of(volume);
      return new Opened(tree, device.recording());
    } finally {
      volume.abandon();
    }
  }

  /** Crashes in the middle of an opening come to the same end. */
  private @Nullable String again(Opened first, SplittableRandom random) throws IOException {
    CrashStates during = new CrashStates(first.recording);
    for (int i = 0; i < during.size(); i++) {
      during.advance(i + 1);
      if (!(first.recording.events().get(i) instanceof Recording.Write) || random.nextInt(3) != 0) {
        continue;
      }
      states++;
      long pick = random.nextLong();
      boolean lost = power && random.nextBoolean();
      Opened second =
          lost ? open(during.powerLoss(pick), 3) : open(during.processDeath(), power ? 2 : 1);
      if (!second.tree.equals(first.tree)) {
        return "a crash after event %d of its opening (%s %x) comes to another end: %s"
            .formatted(
                i, lost ? "power" : "death", pick, TreeDump.difference(first.tree, second.tree));
      }
    }
    return null;
  }

  /** An image that was opened after a crash works as if there had been none. */
  private @Nullable String goOn(MemoryDevice left, Run run, int at, SplittableRandom random)
      throws IOException {
    MemoryDevice device = left.snapshot();
    MemoryVfs model = new MemoryVfs(clock());
    Actor expected = new Actor(model);
    for (Op op : run.done.subList(0, at)) {
      expected.act(op);
    }
    expected.releaseHeld();
    if (!TreeDump.of(model).equals(run.trees.get(at))) {
      return null; // writes that came to less than was asked for
    }
    Volume volume = open(device, options, 2);
    try {
      Actor actor = new Actor(volume);
      for (Op op : Workload.small(true).steps(random.nextLong(), 12)) {
        String found = actor.act(op);
        String want = found.equals(FsException.Reason.NO_SPACE.name()) ? found : expected.act(op);
        if (!found.equals(want)) {
          return "afterwards " + op + " answers '" + found + "', expected '" + want + "'";
        }
      }
      MemoryDevice killed = device.snapshot();
      volume.abandon();
      volume = open(killed, options, 2);
      List<String> want = TreeDump.of(model);
      List<String> found = TreeDump.of(volume);
      if (!want.equals(found)) {
        return "afterwards, after a kill: " + TreeDump.difference(want, found);
      }
      Map<Long, Integer> counted = new HashMap<>();
      Set<Long> seen = new HashSet<>();
      count(volume, volume.root(), counted, seen);
      for (Map.Entry<Long, Integer> e : counted.entrySet()) {
        int links = volume.getattr(e.getKey()).nlink();
        if (links != e.getValue()) {
          return "inode %x has %d names, its link count is %d"
              .formatted(e.getKey(), e.getValue(), links);
        }
      }
      ModelTrial.remove(volume, volume.root());
      if (!volume.quiesce(10_000)) {
        return "afterwards the deleted is not freed";
      }
      return leak(volume);
    } finally {
      volume.abandon();
    }
  }

  private @Nullable String leak(Volume volume) throws IOException {
    Volume fresh = open(image.snapshot(), options, 2);
    try {
      Vfs.Stat empty = fresh.statfs();
      Vfs.Stat now = volume.statfs();
      return now.equals(empty) ? null : "after deleting everything " + now + ", empty: " + empty;
    } finally {
      fresh.abandon();
    }
  }

  private static void count(Vfs vfs, long dir, Map<Long, Integer> counted, Set<Long> seen)
      throws IOException {
    if (!seen.add(dir)) {
      return;
    }
    List<Vfs.Dirent> entries = new ArrayList<>();
    vfs.readdir(dir, 0, entries::add);
    for (Vfs.Dirent e : entries) {
      counted.merge(e.id(), 1, Integer::sum);
      if (e.type() == Vfs.S_IFDIR >> 12) {
        count(vfs, e.id(), counted, seen);
      }
    }
  }

  /** A workload with syncs strewn in. */
  static List<Op> script(Workload workload, long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5EED);
    List<Op> script = new ArrayList<>();
    for (Op op : workload.steps(seed, count)) {
      script.add(op);
      if (random.nextInt(9) == 0) {
        script.add(Op.event(Op.Kind.SYNC, 0));
      }
    }
    return script;
  }
}
