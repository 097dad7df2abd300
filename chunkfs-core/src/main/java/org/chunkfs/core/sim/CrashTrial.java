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

  /** What is done then. Nothing is held: who held something before died with the process. */
  private static final Workload AFTERWARDS = new Workload(6, List.of(), true, false, false);

  private static final int AFTERWARDS_SYNCED = 8;

  /** States of a second crash that are looked at then, about. */
  private static final int SECOND_CRASHES = 5;

  private static final int NO_STEP = -1;
  private static final int WITHIN_A_STEP = -2;

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
        } else if (op.kind() == Op.Kind.CHECKPOINT) {
          volume.checkpoint((int) op.a());
        } else {
          String found = actor.act(op);
          String want = expected(expected, op, found);
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

  /** What the reference answers; where there is no space it does as much as was done. */
  private static String expected(Actor reference, Op op, String found) throws IOException {
    if (found.equals(FsException.Reason.NO_SPACE.name())) {
      return found;
    }
    return found.startsWith("wrote ")
        ? reference.actShort(op, Integer.parseInt(found.substring(6)))
        : reference.act(op);
  }

  private @Nullable String look(
      MemoryDevice left, Run run, Progress progress, SplittableRandom random) throws IOException {
    Opened opened = open(left, power ? 2 : 1);
    int at = step(run, progress, opened.tree);
    if (at == NO_STEP) {
      return noStep(run, progress, opened.tree);
    }
    if (at == WITHIN_A_STEP) {
      return null;
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
   * The step whose tree this is, of those that may be left; {@link #WITHIN_A_STEP} or {@link
   * #NO_STEP} if it is that of none.
   */
  private int step(Run run, Progress progress, List<String> tree) throws IOException {
    int from = from(progress);
    int to = to(run, progress);
    for (int i = from; i <= to; i++) {
      if (run.trees.get(i).equals(tree)) {
        return i;
      }
    }
    for (int i = from; i < to; i++) {
      if (within(run, i, tree)) {
        return WITHIN_A_STEP;
      }
    }
    return NO_STEP;
  }

  private int from(Progress progress) {
    return power ? progress.durable : progress.acknowledged;
  }

  private static int to(Run run, Progress progress) {
    return Math.min(progress.acknowledged + 1, run.done.size());
  }

  private String noStep(Run run, Progress progress, List<String> tree) {
    List<String> nearest = run.trees.get(progress.acknowledged);
    return "the tree is that of none of the steps %d to %d; against the last: %s"
        .formatted(from(progress), to(run, progress), TreeDump.difference(nearest, tree));
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
    states++;
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
    RecordingDevice device = new RecordingDevice(left);
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
      List<List<String>> trees = new ArrayList<>(run.trees.subList(0, at + 1));
      List<Op> done = new ArrayList<>(run.done.subList(0, at));
      int durable = at;
      device.mark(new Progress(at, at));
      for (Op op : afterwards(trees.getLast(), random)) {
        String found = actor.act(op);
        String want = expected(expected, op, found);
        if (!found.equals(want)) {
          return "afterwards " + op + " answers '" + found + "', expected '" + want + "'";
        }
        trees.add(TreeDump.of(model));
        done.add(op);
        if (random.nextInt(AFTERWARDS_SYNCED) == 0) {
          volume.syncfs();
          durable = done.size();
        }
        device.mark(new Progress(done.size(), durable));
      }
      String lost = crashAgain(new Run(device.recording(), trees, done), at, random);
      if (lost != null) {
        return lost;
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

  /** First something that is there goes, and something new takes its place. */
  private static List<Op> afterwards(List<String> tree, SplittableRandom random) {
    List<Op> steps = new ArrayList<>();
    for (String line : tree) {
      String path = line.substring(0, line.indexOf(' '));
      if (line.contains(" mode 100") && path.indexOf('~') < 0 && steps.size() < 2) {
        steps.add(new Op(Op.Kind.UNLINK, path, Op.NONE, 0, 0));
      }
    }
    if (random.nextBoolean()) {
      steps.add(new Op(Op.Kind.CREATE, "/new", Op.NONE, 20_000L << 8 | 1, 1));
    }
    steps.addAll(AFTERWARDS.steps(random.nextLong(), 12 - steps.size()));
    return steps;
  }

  /** What a second crash leaves, of an image that was opened after a first one and worked with. */
  private @Nullable String crashAgain(Run run, int at, SplittableRandom random)
      throws IOException {
    CrashStates again = new CrashStates(run.recording);
    double share = (double) SECOND_CRASHES / Math.max(1, run.recording.writes());
    Progress progress = null;
    for (int i = 0; i < run.recording.events().size(); i++) {
      Recording.Event event = run.recording.events().get(i);
      again.advance(i + 1);
      if (event instanceof Recording.Mark(Object label) && label instanceof Progress p) {
        progress = p;
      }
      boolean looked = event instanceof Recording.Write && random.nextDouble() < share;
      if (progress == null || !looked) {
        continue;
      }
      long pick = random.nextLong();
      MemoryDevice left = power ? again.powerLoss(pick) : again.processDeath();
      String wrong = second(left.snapshot(), run, progress);
      if (wrong != null) {
        evidence = left;
        return "a second crash, after event %d (%s), state %x, with %s since the first: %s"
            .formatted(i, progress, pick, run.done.subList(at, to(run, progress)), wrong);
      }
    }
    return null;
  }

  private @Nullable String second(MemoryDevice left, Run run, Progress progress) {
    try {
      List<String> tree = open(left, power ? 4 : 2).tree;
      return step(run, progress, tree) == NO_STEP ? noStep(run, progress, tree) : null;
    } catch (IOException | RuntimeException e) {
      return e.toString();
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

  /** A workload with syncs and checkpoints strewn in. */
  static List<Op> script(Workload workload, long seed, int count, int chunks) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5EED);
    List<Op> script = new ArrayList<>();
    for (Op op : workload.steps(seed, count)) {
      script.add(op);
      if (random.nextInt(9) == 0) {
        script.add(Op.event(Op.Kind.SYNC, 0));
      }
      if (random.nextInt(7) == 0) {
        script.add(Op.event(Op.Kind.CHECKPOINT, random.nextInt(chunks)));
      }
    }
    return script;
  }
}
