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
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a crash left of a {@link RecordedRun}: it opens, with all chunks in service, as some
 * prefix of the history, and goes on from there.
 */
final class CrashJudge {
  /** The machine's run that crashed. */
  static final int BOOT = 1;

  /**
   * What is done on an image that was opened after a crash. Nothing is held: who held something
   * before died with the process.
   */
  private static final Workload AFTERWARDS = new Workload(6, List.of(), true, false, false);

  /** States of a second crash that are looked at then, about. */
  private static final int SECOND_CRASHES = 5;

  private final VolumeOptions options;
  private final boolean exact;
  private long opened;

  private static final int[] ONCE = {0};

  /**
   * By the ordinal of a mode of fallocate: the modes of which a part may show between its steps.
   * The length follows at the end, and what is to be zeros is a hole first.
   */
  private static final int[][] PARTS = {{0, 1}, {1}, {2}, {3, 4, 2}, {4, 2}};

  /** What happened. */
  enum Crash {
    /** The process died. */
    DEATH,
    /** Power was lost. */
    POWER;

    /** The machine's run in which the image is opened again. */
    int boot() {
      return BOOT + ordinal();
    }
  }

  /** A state opened: its tree, what was written for that, and what the image is then. */
  record Opened(List<String> tree, Recording recording, MemoryDevice image) {}

  /**
   * @param exact whether trees are {@linkplain TreeDump#exact exact}
   */
  CrashJudge(VolumeOptions options, boolean exact) {
    this.options = options;
    this.exact = exact;
  }

  /**
   * Opens a state, which stays as it is.
   *
   * @throws IllegalStateException if a chunk is out of service
   */
  Opened open(MemoryDevice left, Crash crash) throws IOException {
    return open(left, crash.boot());
  }

  /** How many states have been opened. */
  long opened() {
    return opened;
  }

  private Opened open(MemoryDevice left, int boot) throws IOException {
    opened++;
    RecordingDevice device = new RecordingDevice(left);
    Volume volume = Trial.open(device, options, boot);
    try {
      String out = Trial.fenced(volume);
      if (out != null) {
        throw new IllegalStateException(out);
      }
      List<String> tree = exact ? TreeDump.exact(volume) : TreeDump.of(volume);
      return new Opened(tree, device.recording(), device.snapshot());
    } finally {
      volume.abandon();
    }
  }

  /**
   * What is wrong with the tree of a state; null: it shows a prefix of the history that has all it
   * must have.
   */
  static @Nullable String compare(
      RecordedRun run, RecordedRun.Progress progress, Crash crash, List<String> tree)
      throws IOException {
    int from = from(progress, crash);
    int to = to(run, progress);
    if (at(run, from, to, tree) >= 0) {
      return null;
    }
    for (int i = from; i < to; i++) {
      if (within(run, i, TreeDump.plain(tree))) {
        return null;
      }
    }
    List<String> nearest = run.trees().get(progress.acknowledged());
    return "the tree is that of none of the steps %d to %d; against the last: %s"
        .formatted(from, to, TreeDump.difference(nearest, tree));
  }

  private static int from(RecordedRun.Progress progress, Crash crash) {
    return crash == Crash.POWER ? progress.durable() : progress.acknowledged();
  }

  private static int to(RecordedRun run, RecordedRun.Progress progress) {
    return Math.min(progress.acknowledged() + 1, run.done().size());
  }

  private static int at(RecordedRun run, int from, int to, List<String> tree) {
    for (int i = from; i <= to; i++) {
      if (run.trees().get(i).equals(tree)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether a tree is one between two steps: of a write or fallocate some blocks, which are
   * all-or-nothing each.
   */
  private static boolean within(RecordedRun run, int step, List<String> tree) throws IOException {
    Op op = run.done().get(step);
    boolean write = op.kind() == Op.Kind.WRITE || op.kind() == Op.Kind.WRITEHELD;
    if (!write && op.kind() != Op.Kind.FALLOCATE
        || !run.split().get(step)
        || run.trees().get(step).equals(run.trees().get(step + 1))) {
      return false;
    }
    long end = op.a() + (write ? op.b() >>> 8 : op.b());
    for (long cut = op.a() / 4096 * 4096 + 4096; cut < end + 4096; cut += 4096) {
      long length = Math.min(cut, end) - op.a();
      for (int mode : write ? ONCE : PARTS[Integer.parseInt(op.to())]) {
        MemoryVfs model = new MemoryVfs(Trial.clock());
        Actor actor = run.repeat(model, step);
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

  /**
   * Crashes in the middle of an opening come to the same end: some of those, drawn.
   *
   * @return what does not; null: all do
   */
  @Nullable String again(Opened first, Crash crash, SplittableRandom random) throws IOException {
    CrashStates during = new CrashStates(first.recording);
    for (int i = 0; i < during.size(); i++) {
      during.advance(i + 1);
      if (!(first.recording.events().get(i) instanceof Recording.Write) || random.nextInt(3) != 0) {
        continue;
      }
      long pick = random.nextLong();
      boolean lost = crash == Crash.POWER && random.nextBoolean();
      Opened second =
          lost ? open(during.powerLoss(pick), BOOT + 2) : open(during.processDeath(), crash.boot());
      if (!second.tree.equals(first.tree)) {
        return "a crash after event %d of its opening (%s %x) comes to another end: %s"
            .formatted(
                i, lost ? "power" : "death", pick, TreeDump.difference(first.tree, second.tree));
      }
    }
    return null;
  }

  /**
   * An image that was opened after a crash works as if there had been none, and what is deleted is
   * free again.
   *
   * @param empty the image before anything was done on it
   * @return what does not; null: all does, or it cannot be said which steps the image shows
   */
  @Nullable String goOn(
      MemoryDevice left,
      MemoryDevice empty,
      RecordedRun run,
      RecordedRun.Progress progress,
      Crash crash,
      List<String> tree,
      SplittableRandom random)
      throws IOException {
    int at = at(run, from(progress, crash), to(run, progress), tree);
    if (at < 0) {
      return null;
    }
    RecordingDevice device = new RecordingDevice(left);
    MemoryVfs model = new MemoryVfs(Trial.clock());
    run.repeat(model, at).releaseHeld();
    if (!TreeDump.of(model).equals(TreeDump.plain(tree))) {
      return null; // writes that came to less than was asked for
    }
    Volume volume = Trial.open(device, options, Crash.POWER.boot());
    try {
      List<Op> before = new ArrayList<>(run.before());
      before.addAll(run.done().subList(0, at));
      RecordedRun second =
          new RecordedRun.Recorder(device, volume, new RecordedRun.Reference(model))
              .run(before, afterwards(tree, random));
      String wrong = crashAgain(second, crash, random);
      if (wrong != null) {
        return wrong;
      }
      CrashStates end = new CrashStates(second.recording());
      end.advance(end.size());
      MemoryDevice killed = end.processDeath();
      volume = Trial.open(killed, options, Crash.POWER.boot());
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
      return leak(volume, empty);
    } finally {
      volume.abandon();
    }
  }

  /** Something that is there goes, something new takes its place, and then whatever comes. */
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
    for (Op op : AFTERWARDS.steps(random.nextLong(), 12 - steps.size())) {
      steps.add(op);
      if (random.nextInt(9) == 0) {
        steps.add(Op.event(Op.Kind.SYNC, 0));
      }
    }
    return steps;
  }

  /** What a second crash leaves, of an image that was opened after a first one and worked with. */
  private @Nullable String crashAgain(RecordedRun run, Crash crash, SplittableRandom random)
      throws IOException {
    CrashStates crashes = new CrashStates(run.recording());
    double share = (double) SECOND_CRASHES / Math.max(1, run.recording().writes());
    RecordedRun.Progress progress = new RecordedRun.Progress(0, 0);
    for (int i = 0; i < crashes.size(); i++) {
      Recording.Event event = run.recording().events().get(i);
      crashes.advance(i + 1);
      if (event instanceof Recording.Mark(Object label)
          && label instanceof RecordedRun.Progress p) {
        progress = p;
      }
      if (!(event instanceof Recording.Write) || random.nextDouble() >= share) {
        continue;
      }
      long pick = random.nextLong();
      boolean power = crash == Crash.POWER;
      String wrong =
          second(power ? crashes.powerLoss(pick) : crashes.processDeath(), run, progress, crash);
      if (wrong != null) {
        return "a second crash, after event %d (%s), state %x, with %s since the first: %s"
            .formatted(i, progress, pick, run.done().subList(0, to(run, progress)), wrong);
      }
    }
    return null;
  }

  private @Nullable String second(
      MemoryDevice left, RecordedRun run, RecordedRun.Progress progress, Crash crash) {
    try {
      // What is worked with afterwards is compared with a model, which knows no inode numbers.
      List<String> tree = open(left, Crash.POWER.boot() + crash.ordinal()).tree;
      return compare(run, progress, crash, TreeDump.plain(tree));
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }

  private @Nullable String leak(Volume volume, MemoryDevice image) throws IOException {
    Volume fresh = Trial.open(image.snapshot(), options, Crash.POWER.boot());
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
}
