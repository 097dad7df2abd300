package org.chunkfs.fsck.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.sim.CrashStates;
import org.chunkfs.core.sim.Recording;
import org.chunkfs.core.sim.RecordingDevice;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.junit.jupiter.api.Test;

/** What is gained by flushing less often, and what does a loss of power cost then? */
final class FlushIntervalTest {
  private static final int OPERATIONS = 200;
  private static final int CRASHES = 60;
  private static final Vfs.Creation FILE = new Vfs.Creation(0644, 0, 0, 0);

  /**
   * What came of one interval.
   *
   * @param flushes of the device
   * @param lost acknowledged operations that a loss of power took, on average
   * @param most and at most
   */
  private record Cost(long flushes, double lost, int most) {}

  @Test
  void fewerFlushesLoseMoreAndNeverMoreThanTheInterval() throws IOException {
    Cost each = measure(1);
    Cost tenth = measure(10);
    Cost fiftieth = measure(50);
    assertThat(each.flushes).isGreaterThan(tenth.flushes);
    assertThat(tenth.flushes).isGreaterThan(fiftieth.flushes);
    assertThat(each.most).isLessThanOrEqualTo(1);
    assertThat(tenth.most).isLessThanOrEqualTo(10);
    assertThat(fiftieth.most).isLessThanOrEqualTo(50);
    assertThat(each.lost).isLessThan(tenth.lost);
    assertThat(tenth.lost).isLessThan(fiftieth.lost);
  }

  /** Makes files, a flush after each {@code interval}-th, and cuts the power many times. */
  private static Cost measure(int interval) throws IOException {
    MemoryDevice image = new MemoryDevice((1 << 20) + 2L * (4 << 20));
    ChunkFs.format(image, FormatOptions.seeded(1, 1_000).withChunkBytes(4 << 20));
    RecordingDevice device = new RecordingDevice(image);
    Volume volume = open(device, 1);
    for (int i = 1; i <= OPERATIONS; i++) {
      volume.create(volume.root(), ("file-" + i).getBytes(UTF_8), FILE);
      device.mark(i);
      if (i % interval == 0) {
        volume.syncfs();
      }
    }
    long flushes = volume.counters().getOrDefault("flushes", 0L);
    volume.abandon();

    CrashStates states = new CrashStates(device.recording());
    SplittableRandom random = new SplittableRandom(7);
    int acknowledged = 0;
    int crashes = 0;
    int most = 0;
    long lost = 0;
    for (int i = 0; i < states.size(); i++) {
      states.advance(i + 1);
      if (device.recording().events().get(i) instanceof Recording.Mark(Object done)) {
        acknowledged = (Integer) done;
        if (random.nextInt(OPERATIONS) < CRASHES) {
          int missing = Math.max(0, acknowledged - files(states.powerLoss(random.nextLong())));
          most = Math.max(most, missing);
          lost += missing;
          crashes++;
        }
      }
    }
    return new Cost(flushes, (double) lost / crashes, most);
  }

  private static int files(MemoryDevice left) throws IOException {
    try (Volume volume = open(left, 2)) {
      int[] files = new int[1];
      volume.readdir(volume.root(), 0, _ -> ++files[0] > 0);
      return files[0];
    }
  }

  /** Opens it in one run of the machine or another, and flushes nothing by itself. */
  private static Volume open(org.chunkfs.core.device.BlockDevice device, int run)
      throws IOException {
    byte[] boot = new byte[16];
    boot[0] = (byte) run;
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults().withFlush(Duration.ofHours(1), Long.MAX_VALUE),
        boot);
  }
}
