package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sound image has no findings. */
final class FsckTest {
  private static FsckReport check(MemoryDevice device) throws IOException {
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
}
