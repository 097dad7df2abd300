package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Volume;

/**
 * A script that was done on a recorded device, with the tree after each of its steps.
 *
 * <p>The recording has a {@link Progress} as a mark after each step.
 *
 * @param before what the image that it began with was made by
 * @param done the steps that are not about durability alone
 * @param trees before the first of them, and after each
 * @param split by step: whether it took more than one commit
 */
record RecordedRun(
    Recording recording,
    List<Op> before,
    List<Op> done,
    List<List<String>> trees,
    List<Boolean> split) {

  /** A step was acknowledged; then so many were, and so many are durable. */
  record Progress(int acknowledged, int durable) {}

  /** Says what must come out. */
  interface Witness {
    /** What a step must answer that has answered {@code found}; it has been done then. */
    String answer(Op op, String found) throws IOException;

    /** The tree after all steps so far. */
    List<String> tree() throws IOException;
  }

  /** The reference filesystem, and what its trees say. */
  static final class Reference implements Witness {
    private final MemoryVfs model;
    private final Actor expected;

    Reference() {
      this(new MemoryVfs(Trial.clock()));
    }

    /** One on which something has been done already. */
    Reference(MemoryVfs model) {
      this.model = model;
      this.expected = new Actor(model);
    }

    @Override
    public String answer(Op op, String found) throws IOException {
      if (found.equals(FsException.Reason.NO_SPACE.name())) {
        return found;
      }
      // A write comes to less than was asked for when there is no room for it in one place.
      return found.startsWith("wrote ")
          ? expected.actShort(op, Integer.parseInt(found.substring(6)))
          : expected.act(op);
    }

    @Override
    public List<String> tree() throws IOException {
      return TreeDump.of(model);
    }
  }

  /** The volume itself, whatever it answers: its trees can be compared exactly. */
  record Itself(Volume volume) implements Witness {
    @Override
    public String answer(Op op, String found) {
      return found;
    }

    @Override
    public List<String> tree() throws IOException {
      return TreeDump.exact(volume);
    }
  }

  /** Does a script on a volume on {@code device}, and then lets it end as a death would. */
  static final class Recorder {
    private final RecordingDevice device;
    private final Volume volume;
    private final Witness witness;
    private final Actor actor;
    private final List<Op> done = new ArrayList<>();
    private final List<List<String>> trees = new ArrayList<>();
    private final List<Boolean> split = new ArrayList<>();
    private int durable;

    /**
     * @param volume open on that device, or on one above it; nobody else's
     */
    Recorder(RecordingDevice device, Volume volume, Witness witness) {
      this.device = device;
      this.volume = volume;
      this.witness = witness;
      this.actor = new Actor(volume);
    }

    /**
     * Does it.
     *
     * @param before what the device's image was made by, for who repeats it
     * @throws IllegalStateException if a step answers what it must not
     */
    RecordedRun run(List<Op> before, List<Op> script) throws IOException {
      try {
        trees.add(witness.tree());
        for (Op op : script) {
          step(op);
          device.mark(new Progress(done.size(), durable));
        }
      } finally {
        volume.abandon();
      }
      return new RecordedRun(
          device.recording(),
          List.copyOf(before),
          List.copyOf(done),
          List.copyOf(trees),
          List.copyOf(split));
    }

    private void step(Op op) throws IOException {
      switch (op.kind()) {
        case SYNC -> {
          volume.syncfs();
          durable = done.size();
        }
        case FSYNC, FDATASYNC -> {
          if (actor.act(op).equals("done")) {
            durable = done.size();
          }
        }
        case CHECKPOINT -> {
          checkpoint(volume);
          note(op, 0);
        }
        default -> {
          long commits = commits();
          String found = actor.act(op);
          String want = witness.answer(op, found);
          if (!found.equals(want)) {
            throw new IllegalStateException(
                op + " answers '" + found + "', expected '" + want + "'");
          }
          note(op, commits() - commits);
        }
      }
    }

    private void note(Op op, long commits) throws IOException {
      done.add(op);
      trees.add(witness.tree());
      split.add(commits > 1);
    }

    private long commits() {
      return volume.counters().getOrDefault("commits", 0L);
    }
  }

  /** Empties all journals. */
  static void checkpoint(Volume volume) throws IOException {
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      volume.checkpoint(chunk);
    }
  }

  /** A model on which everything before the image, and {@code steps} steps, have been done. */
  Actor repeat(MemoryVfs model, int steps) throws IOException {
    Actor actor = new Actor(model);
    for (Op op : before) {
      if (op.kind() == Op.Kind.KILL || op.kind() == Op.Kind.REOPEN) {
        actor.releaseHeld();
      } else if (!op.kind().isEvent()) {
        actor.act(op);
      }
    }
    actor.releaseHeld();
    for (Op op : done.subList(0, steps)) {
      if (!op.kind().isEvent()) {
        actor.act(op);
      }
    }
    return actor;
  }
}
