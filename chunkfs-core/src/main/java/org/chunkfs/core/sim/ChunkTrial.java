package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Chunks crash and come back under the load of several threads: whoever does not need them notices
 * nothing, and what was acknowledged is there afterwards.
 */
final class ChunkTrial extends Trial {
  static final int WORKERS = 4;

  private final MemoryDevice image;
  private final VolumeOptions options;
  private final int chunks;

  ChunkTrial(MemoryDevice image, VolumeOptions options, int chunks) {
    this.image = image;
    this.options = options;
    this.chunks = chunks;
  }

  @Override
  @Nullable String run(List<Op> script, long seed) throws IOException {
    steps += script.size();
    SplittableRandom random = new SplittableRandom(seed);
    int first = random.nextInt(chunks);
    Set<Integer> victims =
        first == 0 ? Set.of(0) : Set.copyOf(List.of(first, 1 + first % (chunks - 1)));
    MemoryDevice device = image.snapshot();
    Volume volume = open(device, options, 1);
    try {
      Crew crew =
          new Crew(
              volume,
              (chunk, e) -> victims.contains(chunk) && e instanceof ChunkUnavailableException);
      crew.hire(WORKERS, script);
      crew.start();
      List<Integer> list = List.copyOf(victims);
      // On a busy machine the crew may be done before this thread runs again: a chunk crashes at
      // least once, if only at rest.
      do {
        int victim = list.get(random.nextInt(list.size()));
        volume.crash(victim);
        states++;
        LockSupport.parkNanos(random.nextInt(2_000_000));
        volume.online(victim);
        LockSupport.parkNanos(random.nextInt(3_000_000));
      } while (crew.working());
      String wrong = crew.wrong() != null ? crew.wrong() : fenced(volume);
      wrong = wrong != null ? wrong : crew.compare(volume);
      if (wrong != null) {
        return wrong;
      }
      MemoryDevice left = device.snapshot();
      volume.abandon();
      volume = open(left, options, 1);
      wrong = fenced(volume) != null ? fenced(volume) : crew.compare(volume);
      return wrong == null ? null : "after a kill: " + wrong;
    } finally {
      evidence = device.snapshot();
      volume.abandon();
    }
  }
}
