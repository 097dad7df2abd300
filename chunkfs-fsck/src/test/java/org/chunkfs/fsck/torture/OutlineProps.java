package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.report.FsckReport;

/** How much of the names across chunks is kept in memory makes no difference to what is found. */
final class OutlineProps {
  private static final FsckOptions CHECK =
      FsckOptions.check().withBootId(SampleImages.bootId()).withThreads(1);
  private static final List<DamageKind> KINDS =
      List.of(DamageKind.FIELDS, DamageKind.BLOCKS, DamageKind.RUNS, DamageKind.MANY);

  @Property(tries = 60, seed = "1061")
  void whatIsKeptMakesNoDifference(
      @ForAll long seed, @ForAll @IntRange(max = 300) int kept, @ForAll boolean data)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = damaged(random);
    FsckOptions check = CHECK.withData(data);
    FsckReport all = Fsck.check(Image.of(device), check, Progress.NONE);
    FsckReport few = Fsck.check(Image.of(device), check.withCrossFacts(kept), Progress.NONE);
    assertThat(told(few)).isEqualTo(told(all));
  }

  @Property(tries = 10, seed = "1062")
  void aRepairWithLittleRoomEndsWithTheSameImage(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice roomy = damaged(random);
    BlockDevice tight = SampleImages.copy(roomy);
    FsckOptions repair =
        FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId()).withThreads(1);
    FsckReport all = Fsck.repair(Image.of(roomy), repair, Progress.NONE);
    FsckReport few = Fsck.repair(Image.of(tight), repair.withCrossFacts(0), Progress.NONE);
    assertThat(told(few)).isEqualTo(told(all));
    assertThat(few.clean()).as("after the repair: %s", few.remaining()).isTrue();
    assertThat(Blocks.differing(roomy, tight)).isEmpty();
  }

  private static BlockDevice damaged(SplittableRandom random) throws IOException {
    int number = random.nextInt(12);
    SampleImages.Sample sample = SampleImages.sample(random.nextInt(100), number);
    Specimen specimen = new Specimen(sample);
    ScratchDevice scratch = specimen.scratch();
    Damage damage = new Damage(specimen, scratch);
    KINDS.get(random.nextInt(KINDS.size())).apply(specimen, damage, random);
    BlockDevice device = SampleImages.copy(specimen.device);
    Blocks.copy(scratch, device, Blocks.differing(specimen.device, scratch));
    return device;
  }

  /** Notes that a chunk cannot be asked are told once, of one of the names concerned. */
  private static List<String> told(FsckReport report) {
    return report.findings().stream()
        .filter(finding -> finding.problem() != Problem.REMOTE_UNKNOWN)
        .map(Object::toString)
        .map(Objects::requireNonNull)
        .sorted()
        .toList();
  }
}
