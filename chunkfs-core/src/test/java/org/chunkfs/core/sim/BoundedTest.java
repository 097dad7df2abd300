package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.junit.jupiter.api.Test;

/** That bounded crash tests leave nothing out, and find what is there to be found. */
final class BoundedTest {
  private static final ImageChecker CONTENT = image -> List.of();

  /** A sequence, without what makes its tree. */
  private record Sequence(BoundedBase base, List<Op> steps) {
    static Sequence of(List<Op> script) {
      int made = BoundedTrial.made(script);
      for (BoundedBase base : BoundedBase.values()) {
        if (base.steps().equals(script.subList(0, made))) {
          return new Sequence(base, script.subList(made, script.size()));
        }
      }
      throw new AssertionError("begins with no base: " + script);
    }
  }

  private static List<Sequence> sequences(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(n -> Sequence.of(BoundedSpace.script(n, 1)))
        .toList();
  }

  @Test
  void everySequenceHasOneNumber() {
    List<Sequence> one = sequences(0, BoundedSpace.size(1));
    assertThat(one).doesNotHaveDuplicates();
    Set<Sequence> pairs = new HashSet<>();
    for (Sequence first : one) {
      for (Sequence second : one) {
        if (first.base == second.base) {
          List<Op> both = new ArrayList<>(first.steps);
          both.addAll(second.steps);
          pairs.add(new Sequence(first.base, both));
        }
      }
    }
    Set<Sequence> two = new HashSet<>(sequences(BoundedSpace.size(1), BoundedSpace.all()));
    assertThat(two).hasSize((int) BoundedSpace.size(2));
    assertThat(two.equals(pairs)).as("all of two are each one of one and another").isTrue();
  }

  @Test
  void everyOperationIsThereWithEveryWayToMakeItDurable() {
    Map<Op, Set<Op.Kind>> then = new HashMap<>();
    for (Sequence s : sequences(0, BoundedSpace.size(1))) {
      then.computeIfAbsent(s.steps.getFirst(), _ -> new HashSet<>()).add(s.steps.getLast().kind());
    }
    Set<Op.Kind> kinds = EnumSet.noneOf(Op.Kind.class);
    then.forEach((op, ways) -> {
      kinds.add(op.kind());
      assertThat(ways)
          .containsExactlyInAnyOrder(op.kind(), Op.Kind.FSYNC, Op.Kind.FDATASYNC, Op.Kind.SYNC);
    });
    assertThat(kinds)
        .contains(
            Op.Kind.CREATE,
            Op.Kind.MKDIR,
            Op.Kind.SYMLINK,
            Op.Kind.LINK,
            Op.Kind.UNLINK,
            Op.Kind.RMDIR,
            Op.Kind.RENAME,
            Op.Kind.CHMOD,
            Op.Kind.CHOWN,
            Op.Kind.SETATTR,
            Op.Kind.SETXATTR,
            Op.Kind.REMOVEXATTR,
            Op.Kind.WRITE,
            Op.Kind.TRUNCATE,
            Op.Kind.FALLOCATE);
  }

  @Test
  void longerSequencesAreDrawnFromTheSeed() {
    long number = BoundedSpace.all() + 5;
    assertThat(BoundedSpace.script(number, 1)).isEqualTo(BoundedSpace.script(number, 1));
    assertThat(BoundedSpace.script(number, 1)).isNotEqualTo(BoundedSpace.script(number, 2));
    assertThat(
            Sequence.of(BoundedSpace.script(number, 1)).steps.stream()
                .filter(op -> !op.kind().isSync()))
        .hasSize(3);
  }

  /** What a base makes, opened. */
  private interface Look {
    void at(Volume volume, String p, String q) throws IOException;
  }

  private static void look(BoundedBase base, Look look) throws IOException {
    MemoryDevice made = new BoundedTrial(CONTENT, UnaryOperator.identity()).make(base.steps());
    Volume volume = Trial.open(made, Trial.options(), CrashJudge.BOOT);
    try {
      look.at(volume, base.p, base.q);
    } finally {
      volume.abandon();
    }
  }

  private static int chunk(Vfs vfs, String path) throws IOException {
    long at = vfs.root();
    for (String name : path.substring(1).split("/", -1)) {
      at = vfs.lookup(at, Actor.name(name)).id();
    }
    return Ino.chunk(at);
  }

  @Test
  void theTreesAreWhereTheySay() throws IOException {
    look(
        BoundedBase.TOGETHER,
        (volume, p, q) -> {
          int chunk = chunk(volume, p);
          for (String path : List.of(p + "/f", p + "/l", q, q + "/g", q + "/h", q + "/d")) {
            assertThat(chunk(volume, path)).as(path).isEqualTo(chunk);
          }
        });
    look(
        BoundedBase.APART,
        (volume, p, q) -> {
          assertThat(chunk(volume, p + "/f")).isEqualTo(chunk(volume, p));
          assertThat(chunk(volume, q + "/g")).isEqualTo(chunk(volume, q));
          assertThat(chunk(volume, q)).isNotEqualTo(chunk(volume, p));
          assertThat(chunk(volume, q + "/h")).isNotEqualTo(chunk(volume, q));
          assertThat(chunk(volume, q + "/d")).isNotEqualTo(chunk(volume, q));
          assertThat(volume.replayed()).isPositive();
        });
    look(
        BoundedBase.SPREAD,
        (volume, p, q) -> {
          assertThat(chunk(volume, p + "/f")).isEqualTo(chunk(volume, p));
          assertThat(chunk(volume, p + "/l")).isNotEqualTo(chunk(volume, p));
          // The root, P, Q, f, b, c, l, g and d: what is more are continuations.
          long inodes = volume.chunks().stream().mapToLong(ChunkStatus::inodes).sum();
          assertThat(inodes).isGreaterThanOrEqualTo(9 + 3);
        });
  }

  @Test
  void noStepThatMakesATreeIsRefused() throws IOException {
    for (BoundedBase base : BoundedBase.values()) {
      Actor actor = new Actor(new MemoryVfs(Trial.clock()));
      for (Op op : base.steps()) {
        if (!op.kind().isEvent()) {
          assertThat(actor.act(op)).as(op.toString()).matches("done|mode .*|wrote .*");
        }
      }
    }
  }

  /** Says of one flush that it is done, and does not do it. */
  private static final class Forgetful extends DelegatingDevice {
    private final int left;
    private int flushes;

    Forgetful(BlockDevice delegate, int left) {
      super(delegate);
      this.left = left;
    }

    @Override
    public synchronized void flush() throws IOException {
      if (flushes++ != left) {
        super.flush();
      }
    }

    @Override
    public boolean prompt() {
      return true;
    }
  }

  @Test
  void aFlushThatIsLeftOutIsFoundAndTheScriptIsMinimal() throws IOException {
    // The first two are the opening's.
    Bounded bounded = new Bounded(CONTENT, device -> new Forgetful(device, 2));
    Bounded.Result result = bounded.run(LongStream.range(0, 20), 1);
    Bounded.Violation found = result.first();
    assertThat(found).isNotNull();
    assertThat(found.number()).isEqualTo(1);
    assertThat(found.what()).contains("durable=").contains("missing [/t");
    assertThat(found.script().stream().map(Op::toString))
        .containsExactly(
            "mkdir /t - 0 1",
            "mkdir /t/p - 0 1",
            "reopen - - 0 0",
            "create /t/p/n - 0 1",
            "fsync /t/p/n - 0 0");
    assertThat(found.image()).isNotNull();
    assertThat(bounded.replay(found.script(), 1)).isEqualTo(found.what());
    assertThat(new Bounded(CONTENT).replay(found.script(), 1)).as("without the bug").isNull();
  }

  @Test
  void whatTheCheckerFindsIsFound() throws IOException {
    int[] checks = new int[1];
    ImageChecker wrong = image -> ++checks[0] < 30 ? List.of() : List.of("planted");
    Bounded.Violation found = new Bounded(wrong).run(LongStream.range(0, 20), 1).first();
    assertThat(found).isNotNull();
    assertThat(found.what()).contains("planted");
  }
}
