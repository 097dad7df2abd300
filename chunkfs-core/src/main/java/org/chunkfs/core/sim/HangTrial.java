package org.chunkfs.core.sim;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one chunk hang for good: its requests are answered in time all the same, the other
 * chunks work on, and once the device answers again it comes back with all that was acknowledged.
 */
final class HangTrial extends Trial {
  private static final Duration STALL = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(4);

  private final MemoryDevice image;
  private final VolumeOptions options;
  private final int chunks;

  HangTrial(MemoryDevice image, VolumeOptions options, int chunks) {
    this.image = image;
    this.options = options.withStall(STALL).withDeadline(DEADLINE);
    this.chunks = chunks;
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    steps += script.size();
    int victim = new SplittableRandom(seed).nextInt(chunks);
    MemoryDevice base = image.snapshot();
    FaultyDevice device = new FaultyDevice(base, seed);
    Volume volume = open(device, options, 1);
    try {
      Crew crew =
          new Crew(volume, (chunk, e) -> chunk == victim && e instanceof ChunkUnavailableException);
      crew.hire(ChunkTrial.WORKERS, script);
      crew.start();
      while (crew.working() && crew.done() < script.size() / 4) {
        LockSupport.parkNanos(100_000);
      }
      device.inject(
          Fault.lasting(Fault.Kind.WRITE_HANG, chunkStart(victim), chunkStart(victim + 1)));
      states++;
      String wrong = finish(crew, device);
      if (wrong == null && device.hanging() > 0) {
        wrong = untilFenced(volume, victim);
      }
      if (wrong == null) {
        wrong = synced(volume);
      }
      device.heal();
      if (wrong == null && !crew.join(DEADLINE.toMillis())) {
        wrong = "somebody hangs on after the release";
      }
      wrong = wrong == null ? crew.wrong() : wrong;
      if (wrong != null) {
        return "chunk " + victim + " hangs: " + wrong;
      }
      volume.online(victim);
      wrong = fenced(volume) != null ? fenced(volume) : crew.compare(volume);
      return wrong == null ? null : "chunk " + victim + " came back: " + wrong;
    } finally {
      device.heal();
      evidence = base.snapshot();
      volume.abandon();
    }
  }

  /** All finish but those that are inside the device that does not answer. */
  private static @Nullable String finish(Crew crew, FaultyDevice device) {
    long until = System.nanoTime() + 4 * DEADLINE.toNanos();
    while (crew.working() && crew.stuck() < crew.atWork()) {
      if (System.nanoTime() > until) {
        return crew.atWork() + " workers at work, " + crew.stuck() + " stuck in the device";
      }
      LockSupport.parkNanos(1_000_000);
    }
    if (crew.stuck() > device.hanging()) {
      return "more workers are stuck than operations of the device";
    }
    for (Crew.Worker w : crew.workers()) {
      if (!w.stuck() && w.slowestNanos > DEADLINE.plusSeconds(1).toNanos()) {
        return "a request took " + w.slowestNanos / 1_000_000 + " ms";
      }
    }
    return null;
  }

  private static @Nullable String untilFenced(Volume volume, int victim) {
    long until = System.nanoTime() + 4 * STALL.toNanos();
    while (volume.chunks().get(victim).state() != ChunkState.FENCED) {
      if (System.nanoTime() > until) {
        return "the chunk is " + volume.chunks().get(victim).state();
      }
      LockSupport.parkNanos(5_000_000);
    }
    return null;
  }

  /** What the other chunks acknowledged can be made durable. */
  private static @Nullable String synced(Volume volume) {
    try {
      volume.syncfs();
      return null;
    } catch (IOException e) {
      return "syncfs: " + e.getMessage();
    }
  }
}
