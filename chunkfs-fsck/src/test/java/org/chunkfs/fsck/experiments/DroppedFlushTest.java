package org.chunkfs.fsck.experiments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
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
import org.chunkfs.fsck.torture.SoundImage;
import org.junit.jupiter.api.Test;

/** Is an ordering bug found? One is planted below the filesystem: a flush that is not done. */
final class DroppedFlushTest {
  private static final int STATES_PER_EVENT = 2;
  private static final Vfs.Creation FILE = new Vfs.Creation(0644, 0, 0, 0);

  /** Says that every flush is done, and leaves out every {@code n}-th. */
  private static final class Forgetful extends DelegatingDevice {
    private final int n;
    private int flushes;

    Forgetful(BlockDevice delegate, int n) {
      super(delegate);
      this.n = n;
    }

    @Override
    public synchronized void flush() throws IOException {
      if (++flushes % n != 0) {
        super.flush();
      }
    }
  }

  @Test
  void crashStatesFindAFlushThatIsLeftOut() throws IOException {
    assertThat(violations(Integer.MAX_VALUE)).as("an honest device").isEmpty();
    assertThat(violations(3)).as("a forgetful one").isNotEmpty();
  }

  /** Works on a device, cuts the power at every event, and says which promises were broken. */
  private static List<String> violations(int n) throws IOException {
    MemoryDevice image = new MemoryDevice((1 << 20) + 2L * (4 << 20));
    ChunkFs.format(image, FormatOptions.seeded(1, 1_000).withChunkBytes(4 << 20));
    RecordingDevice device = new RecordingDevice(image);
    Volume volume = open(new Forgetful(device, n), 1);
    for (int i = 1; i <= 12; i++) {
      volume.create(volume.root(), ("file-" + i).getBytes(UTF_8), FILE);
      volume.syncfs();
      device.mark(i); // from here on this file is durable
      if (i % 4 == 0) {
        volume.checkpoint(0);
      }
    }
    volume.abandon();

    List<String> violations = new ArrayList<>();
    CrashStates states = new CrashStates(device.recording());
    SplittableRandom random = new SplittableRandom(5);
    int durable = 0;
    for (int i = 0; i < states.size(); i++) {
      states.advance(i + 1);
      if (device.recording().events().get(i) instanceof Recording.Mark(Object done)) {
        durable = (Integer) done;
      }
      for (int s = 0; s < STATES_PER_EVENT; s++) {
        long seed = random.nextLong();
        String wrong = look(states.powerLoss(seed), durable);
        if (wrong != null) {
          violations.add("event %d, state %x: %s".formatted(i, seed, wrong));
        }
      }
    }
    return violations;
  }

  private static @org.jspecify.annotations.Nullable String look(MemoryDevice left, int durable)
      throws IOException {
    List<String> findings = new SoundImage(new byte[16]).check(left.snapshot());
    if (!findings.isEmpty()) {
      return findings.toString();
    }
    try (Volume volume = open(left, 2)) {
      int[] files = new int[1];
      volume.readdir(volume.root(), 0, _ -> ++files[0] > 0);
      return files[0] >= durable ? null : files[0] + " files of " + durable + " that were durable";
    } catch (IOException e) {
      return "cannot be opened: " + e.getMessage();
    }
  }

  private static Volume open(BlockDevice device, int run) throws IOException {
    byte[] boot = new byte[16];
    boot[0] = (byte) run;
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withFenced(VolumeOptions.FencedPolicy.FAIL)
            .withFlush(Duration.ofHours(1), Long.MAX_VALUE),
        boot);
  }
}
