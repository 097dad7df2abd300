package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one chunk's body fail or flip bits: no other chunk leaves service, no answer is wrong,
 * and when the medium is well again the chunk comes back as it was. A flip that is gone when the
 * medium is asked again is no damage at all.
 */
final class DamageTrial extends Trial {
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
    int victim = random.nextInt(chunks);
    boolean flip = random.nextBoolean();
    boolean passing = flip && random.nextInt(3) == 0;
    MemoryDevice device = image.snapshot();
    int half = script.size() / 2;
    Volume volume = open(device, options, 1);
    try {
      MemoryVfs model = new MemoryVfs(clock());
      Actor expected = new Actor(model);
      prepare(new Actor(volume), expected, script.subList(0, half));
      volume.close();
      MemoryDevice base = device.snapshot();
      evidence = base;
      FaultyDevice faulty = new FaultyDevice(base, seed);
      volume = open(faulty, options, 1);
      // Out of the ring and out of memory, so that media are read.
      for (int i = 0; i < chunks; i++) {
        volume.crash(i);
        volume.online(i);
      }
      long bodies = chunkStart(victim) + (1 << 20) + (100 << 10);
      Fault.Kind kind = flip ? Fault.Kind.READ_FLIP : Fault.Kind.READ_ERROR;
      long end = chunkStart(victim + 1) - 8192;
      faulty.inject(
          passing
              ? Fault.once(kind, bodies, end).after(random.nextInt(4))
              : Fault.lasting(kind, bodies, end).after(random.nextInt(6)));
      String wrong = work(volume, expected, script.subList(half, script.size()), victim, passing);
      faulty.heal();
      if (wrong != null) {
        return "chunk " + victim + ", " + kind + ": " + wrong;
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

  private static void prepare(Actor actor, Actor expected, List<Op> script) throws IOException {
    for (Op op : script) {
      String found = actor.act(op);
      String want = expected.act(op);
      if (!found.equals(want)) {
        throw new IllegalStateException(op + " answers '" + found + "', expected '" + want + "'");
      }
    }
    actor.releaseHeld();
    expected.releaseHeld();
  }

  private static @Nullable String work(
      Volume volume, Actor expected, List<Op> script, int victim, boolean passing)
      throws IOException {
    Actor actor = new Actor(volume);
    for (Op op : script) {
      try {
        String found = actor.act(op);
        String want = expected.act(op);
        if (!found.equals(want)) {
          return op + " answers '" + found + "', expected '" + want + "'";
        }
      } catch (IOException e) {
        if (passing || chunkOf(e) != victim) {
          return op + " fails: " + e;
        }
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
