package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A volume in use is damaged, and repaired while it goes on: then nothing is wrong any more. */
final class OnlineRepairTest {
  private static final int CASES = Integer.getInteger("chunkfs.repairs", 8);
  private static final List<DamageKind> KINDS =
      List.of(DamageKind.FIELDS, DamageKind.BLOCKS, DamageKind.RUNS, DamageKind.MANY);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 30})
  void aRepairOfAVolumeInUseConverges(int number) throws IOException {
    SampleImages.Sample sample = SampleImages.sample(11, number);
    try (Volume volume = SampleImages.open(sample.device())) {
      assertThat(volume.quiesce(20_000)).isTrue();
      volume.syncfs();
      volume.upkeep().renewAll();
      volume.abandon();
    }
    Specimen specimen =
        new Specimen(
            new SampleImages.Sample(
                sample.name(), SampleImages.copy(sample.device()), sample.earlier()));
    SplittableRandom random = new SplittableRandom(number);
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < CASES; i++) {
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      KINDS.get(i % KINDS.size()).apply(specimen, damage, random);
      String what = repair(specimen, scratch);
      if (!what.isEmpty()) {
        failed.add("case %d of %s: %s: %s".formatted(i, sample.name(), damage, what));
      }
    }
    assertThat(failed).isEmpty();
  }

  /** Opens the sound image, damages it then, repairs it, and checks it afterwards. */
  private static String repair(Specimen specimen, ScratchDevice damaged) throws IOException {
    BlockDevice device = SampleImages.copy(specimen.device);
    Volume volume = SampleImages.open(device);
    assertThat(volume.quiesce(20_000)).isTrue();
    Blocks.copy(damaged, device, Blocks.differing(specimen.device, damaged));
    FsckReport report = OnlineFsck.run(volume, FsckOptions.repair(5_000), Progress.NONE);
    if (!report.clean()) {
      volume.abandon();
      return "left %s; did %s".formatted(report.remaining(), report.repairs());
    }
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      if (volume.upkeep().state(chunk) != ChunkState.ONLINE) {
        return "chunk %d is %s".formatted(chunk, volume.chunks().get(chunk));
      }
    }
    volume.close();
    List<Finding> left =
        Fsck.check(
                Image.of(SampleImages.copy(device)),
                FsckOptions.check().withThreads(1).withBootId(SampleImages.bootId()),
                Progress.NONE)
            .findings()
            .stream()
            .filter(f -> f.problem().severity() != Severity.NOTE)
            .toList();
    return left.isEmpty()
        ? ""
        : "an offline check found %s; did %s".formatted(left, report.repairs());
  }
}
