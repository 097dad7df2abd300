package org.chunkfs.fsck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.sim.CrashStates;
import org.chunkfs.core.sim.Recording;
import org.chunkfs.core.sim.RecordingDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.torture.SampleImages;

/** Whatever a crash leaves is no damage: a check judges it as the next opening would. */
final class CrashedImageProps {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final int LOOKED_AT = 40;

  @Property(tries = 6, seed = "1032")
  void whatADeathOfTheProcessLeavesIsClean(@ForAll long seed) throws IOException {
    look(seed, false);
  }

  @Property(tries = 15, seed = "1033")
  void whatALossOfPowerLeavesIsClean(@ForAll long seed) throws IOException {
    look(seed, true);
  }

  /** Records whose mark in the ring map was lost stay where they are when the image is opened. */
  @Example
  void anOpeningLeavesRecordsThatDoNotCount() throws IOException {
    look(-37, true);
  }

  private static void look(long seed, boolean power) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDevice image = SampleImages.empty(seed);
    // Twice: the second time there is an epoch with a decision behind it.
    for (int round = 0; round < 2; round++) {
      RecordingDevice device = new RecordingDevice(image);
      work(device, power ? round : 0, random);
      Recording recording = device.recording();
      CrashStates states = new CrashStates(recording);
      double share = Math.min(1.0, (double) LOOKED_AT / recording.events().size());
      MemoryDevice left = image;
      for (int i = 0; i < recording.events().size(); i++) {
        states.advance(i + 1);
        if (random.nextDouble() < share) {
          long pick = random.nextLong();
          left = power ? states.powerLoss(pick) : states.processDeath();
          check(left, power, "seed %d round %d event %d".formatted(seed, round, i));
        }
      }
      image = left;
    }
  }

  private static void check(MemoryDevice left, boolean power, String where) throws IOException {
    FsckOptions options =
        power ? FsckOptions.check() : FsckOptions.check().withBootId(SampleImages.bootId());
    List<Finding> wrong =
        Fsck.check(Image.of(left), options, Progress.NONE).findings().stream()
            .filter(f -> f.problem().severity() != Severity.NOTE)
            .toList();
    assertThat(wrong).as(where).isEmpty();
  }

  private static void work(RecordingDevice device, int reboots, SplittableRandom random)
      throws IOException {
    Volume volume = SampleImages.openAfterReboot(device, reboots);
    try {
      List<Long> files = new ArrayList<>();
      long dir = volume.root();
      for (int step = 0; step < 60; step++) {
        byte[] name = ("n" + random.nextInt(30) + "-" + random.nextLong()).getBytes(UTF_8);
        switch (random.nextInt(8)) {
          case 0 -> dir = volume.mkdir(volume.root(), name, FILE).id();
          case 1, 2, 3 -> files.add(volume.create(dir, name, FILE).id());
          case 4 -> volume.syncfs();
          default -> {
            if (!files.isEmpty()) {
              byte[] bytes = new byte[1 + random.nextInt(20_000)];
              random.nextBytes(bytes);
              long file = files.get(random.nextInt(files.size()));
              volume.write(file, random.nextInt(40_000), ByteBuffer.wrap(bytes));
            }
          }
        }
      }
    } finally {
      if (random.nextBoolean()) {
        volume.close();
      } else {
        volume.abandon();
      }
    }
  }
}
