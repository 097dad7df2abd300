package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one chunk's body fail or flip bits, some of its writes fail, or one that puts metadata
 * in its place is lost, torn or goes elsewhere: no other chunk leaves service, no answer is wrong,
 * a request that is refused has had no effect, and when the medium is well again the chunk comes
 * back as it was; after a failed write also if the process dies first. A flip that is gone when the
 * medium is asked again is no damage at all.
 */
final class DamageTrial extends Trial {
  private static final List<Fault.Kind> KINDS =
      List.of(
          Fault.Kind.READ_FLIP,
          Fault.Kind.READ_ERROR,
          Fault.Kind.WRITE_ERROR,
          Fault.Kind.LOST_WRITE,
          Fault.Kind.TORN_WRITE,
          Fault.Kind.MISDIRECTED_WRITE);

  /** A write that is reported done and is not: tried when metadata goes in its place. */
  private static final List<Fault.Kind> LIES = KINDS.subList(3, 6);

  /** One of so many writes to the chunk fails. */
  private static final int FEW_WRITES = 30;

  /** Steps after which a chunk that a failed write took out of service is brought back. */
  private static final int AT_ONCE = 10;

  private final MemoryDevice image;
  private final VolumeOptions options;
  private final int chunks;

  DamageTrial(MemoryDevice image, VolumeOptions options, int chunks) {
    this.image = image;
    this.options = options;
    this.chunks = chunks;
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    steps += script.size();
    states++;
    SplittableRandom random = new SplittableRandom(seed);
    Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    // The chunk of the root always has something to put in its place.
    int victim = LIES.contains(kind) && random.nextBoolean() ? 0 : random.nextInt(chunks);
    boolean writes = kind == Fault.Kind.WRITE_ERROR;
    boolean passing = kind == Fault.Kind.READ_FLIP && random.nextInt(3) == 0;
    MemoryDevice first = image.snapshot();
    int half = half(script);
    FaultyDevice lying = new FaultyDevice(first, seed);
    Volume volume = open(lying, options, 1);
    try {
      MemoryVfs model = new MemoryVfs(clock());
      Actor expected = new Actor(model);
      Actor before = new Actor(volume);
      prepare(before, expected, script.subList(0, half / 2));
      if (LIES.contains(kind)) {
        volume.settle(0); // so that there are older versions in place
      }
      prepare(before, expected, script.subList(half / 2, half));
      before.releaseHeld();
      expected.releaseHeld();
      if (LIES.contains(kind)) {
        lying.inject(Fault.once(kind, body(victim), bodyEnd(victim)).after(random.nextInt(2)));
        volume.settle(0);
      }
      MemoryDevice base = first.snapshot();
      volume.close();
      evidence = base;
      FaultyDevice faulty = new FaultyDevice(base, seed);
      volume = open(faulty, options, 1);
      // Out of the ring and out of memory, so that media are read.
      for (int i = 0; i < chunks; i++) {
        volume.crash(i);
        online(volume, i, LIES.contains(kind) ? victim : -1);
      }
      if (!LIES.contains(kind)) {
        faulty.inject(fault(kind, victim, passing, random));
      }
      Actor actor = new Actor(volume);
      List<Op> rest = script.stream().skip(half).filter(op -> !op.kind().isEvent()).toList();
      if (writes) { // a fallocate that fails may have done a part
        rest = rest.stream().filter(op -> op.kind() != Op.Kind.FALLOCATE).toList();
      }
      String wrong = null;
      while (!rest.isEmpty() && wrong == null) {
        List<Op> some = rest.subList(0, writes ? Math.min(AT_ONCE, rest.size()) : rest.size());
        rest = rest.subList(some.size(), rest.size());
        wrong = work(volume, actor, expected, some, victim, passing);
        if (wrong == null && writes && down(volume, victim)) {
          wrong = killed(base.snapshot(), victim, model);
          volume.online(victim);
          faulty.inject(fault(kind, victim, passing, random));
        }
      }
      faulty.heal();
      if (wrong != null) {
        return "chunk " + victim + ", " + kind + ": " + wrong;
      }
      if (LIES.contains(kind)) {
        return null; // what the medium has lost is for a repair
      }
      volume.online(victim);
      List<String> want = TreeDump.of(model);
      List<String> found = TreeDump.of(volume);
      return want.equals(found)
          ? null
          : "chunk " + victim + " came back: " + TreeDump.difference(want, found);
    } finally {
      volume.abandon();
    }
  }

  /** Steps with the event after which the chunk fails in the middle. */
  static List<Op> script(List<Op> steps) {
    List<Op> script = new ArrayList<>(steps);
    script.add(steps.size() / 2, Op.event(Op.Kind.REOPEN, 0));
    return script;
  }

  private static int half(List<Op> script) {
    int at = script.indexOf(Op.event(Op.Kind.REOPEN, 0));
    return at < 0 ? script.size() : at;
  }

  /**
   * @param damaged a chunk that may have lost what it needs for coming back; -1: none
   */
  private static void online(Volume volume, int chunk, int damaged) throws IOException {
    try {
      volume.online(chunk);
    } catch (CorruptException e) {
      if (e.chunk() != damaged) {
        throw e;
      }
    }
  }

  private static boolean down(Volume volume, int chunk) {
    return volume.chunks().get(chunk).state() == ChunkState.FENCED;
  }

  private static Fault fault(
      Fault.Kind kind, int victim, boolean passing, SplittableRandom random) {
    if (kind == Fault.Kind.WRITE_ERROR) {
      return Fault.once(kind, chunkStart(victim), chunkStart(victim + 1))
          .after(random.nextInt(FEW_WRITES));
    }
    return passing
        ? Fault.once(kind, body(victim), bodyEnd(victim)).after(random.nextInt(4))
        : Fault.lasting(kind, body(victim), bodyEnd(victim)).after(random.nextInt(6));
  }

  private static long body(int chunk) {
    return chunkStart(chunk) + (1 << 20) + (100 << 10);
  }

  private static long bodyEnd(int chunk) {
    return chunkStart(chunk + 1) - 8192;
  }

  /** The process dies after a write has failed: what was acknowledged is there. */
  private @Nullable String killed(MemoryDevice left, int victim, MemoryVfs model)
      throws IOException {
    Volume volume = open(left, options, 1);
    try {
      volume.online(victim);
      String out = fenced(volume);
      if (out != null) {
        return "after a kill " + out;
      }
      List<String> want = TreeDump.of(model);
      List<String> found = TreeDump.of(volume);
      return want.equals(found) ? null : "after a kill: " + TreeDump.difference(want, found);
    } finally {
      volume.abandon();
    }
  }

  private static void prepare(Actor actor, Actor expected, List<Op> script) throws IOException {
    for (Op op : script) {
      String found = actor.act(op);
      String want = expected.act(op);
      if (!found.equals(want)) {
        throw new IllegalStateException(op + " answers '" + found + "', expected '" + want + "'");
      }
    }
  }

  private static @Nullable String work(
      Volume volume, Actor actor, Actor expected, List<Op> script, int victim, boolean passing)
      throws IOException {
    for (Op op : script) {
      try {
        String found = actor.act(op);
        String want =
            found.startsWith("wrote ")
                ? expected.actShort(op, Integer.parseInt(found.substring(6)))
                : expected.act(op);
        if (!found.equals(want)) {
          return op + " answers '" + found + "', expected '" + want + "'";
        }
      } catch (IOException e) {
        if (passing || chunkOf(e) != victim) {
          return op + " fails: " + e;
        }
        missed(op, expected);
      }
      for (ChunkStatus c : volume.chunks()) {
        boolean out = c.state() != ChunkState.ONLINE && c.state() != ChunkState.SUSPECT;
        if (out && (passing || c.id() != victim)) {
          return op + " took chunk " + c.id() + " out of service: " + c.reason();
        }
      }
    }
    return null;
  }
}
