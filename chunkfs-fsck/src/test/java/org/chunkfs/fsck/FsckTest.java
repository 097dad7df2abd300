package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.MissingDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sound image has no findings. */
final class FsckTest {
  private static FsckReport check(BlockDevice device) throws IOException {
    return Fsck.check(
        Image.of(device), FsckOptions.check().withBootId(SampleImages.bootId()), Progress.NONE);
  }

  @Test
  void aNewImageIsClean() throws IOException {
    FsckReport report = check(SampleImages.empty(1));
    assertThat(report.findings()).isEmpty();
    assertThat(report.inodes()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aClosedImageIsClean(long seed) throws IOException {
    FsckReport report = check(SampleImages.full(seed, true));
    assertThat(report.findings()).isEmpty();
    assertThat(report.inodes()).isGreaterThan(50);
    assertThat(report.chunksUsed()).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anImageLeftByAKilledServerIsClean(long seed) throws IOException {
    FsckReport report = check(SampleImages.full(seed, false));
    assertThat(report.findings()).isEmpty();
    assertThat(report.clean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpreadFileAndDirectoryAreClean(boolean settled) throws IOException {
    BlockDevice device = SampleImages.spread(7, settled);
    ImageCheck.Result result =
        ImageCheck.run(
            Image.of(device),
            new CheckOptions(true, Set.of(), SampleImages.bootId(), 1),
            Progress.NONE);
    assertThat(result.findings().list()).isEmpty();
    assertThat(result.facts().values().stream().flatMap(f -> f.heads().stream()))
        .extracting(head -> head.mode() >> 12)
        .contains(Vfs.S_IFREG >> 12, Vfs.S_IFDIR >> 12);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofAMissingMemberOnlyThatItIsMissingIsFound(boolean settled) throws IOException {
    BlockDevice device = SampleImages.spread(8, settled);
    if (device instanceof ConcatDevice concat) {
      BlockDevice second = concat.parts().getLast();
      device =
          new ConcatDevice(
              List.of(concat.parts().getFirst(), new MissingDevice("second", second.size())));
    }
    FsckReport report = check(device);
    assertThat(report.findings())
        .filteredOn(f -> f.problem().severity() != Severity.NOTE)
        .allMatch(f -> f.problem() == Problem.MEMBER_MISSING);
  }
}
