package org.chunkfs.fsck.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Circles of directories over any chunks, all else in order, as an engine leaves them that does not
 * look at the ancestry of what it moves: one repair cuts them, and everything can be reached again.
 */
final class CirclesTest {
  private static final FsckOptions CHECK =
      FsckOptions.check().withBootId(SampleImages.bootId()).withThreads(1);
  private static final FsckOptions REPAIR =
      FsckOptions.repair(2_000_000_000L).withBootId(SampleImages.bootId()).withThreads(1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void areCutAndNothingIsLost(long seed) throws Exception {
    MemoryDevice made = made(seed);
    FsckReport found = Fsck.check(Image.of(made.snapshot()), CHECK, Progress.NONE);
    assertThat(found.findings())
        .isNotEmpty()
        .allMatch(finding -> finding.problem() == Problem.CYCLE);

    MemoryDevice offline = made.snapshot();
    FsckReport report = Fsck.repair(Image.of(offline), REPAIR, Progress.NONE);
    assertThat(report.clean()).as("%s%n%s", report.findings(), report.remaining()).isTrue();
    isWhole(offline, seed);

    MemoryDevice online = made.snapshot();
    try (Volume volume = SampleImages.open(online)) {
      FsckReport served = OnlineFsck.run(volume, REPAIR, Progress.NONE);
      assertThat(served.clean()).as("%s%n%s", served.findings(), served.remaining()).isTrue();
    }
    isWhole(online.snapshot(), seed);
  }

  private static MemoryDevice made(long seed) throws Exception {
    Edit edit = Edit.in("core.volume.Renaming", "rename").call("checkAncestry", 1, 2).dropped();
    Constructor<?> maker =
        Class.forName(CircleMaker.class.getName(), true, new PlantedLoader(List.of(edit)))
            .getDeclaredConstructor();
    maker.setAccessible(true);
    @SuppressWarnings("unchecked")
    byte[] bytes = ((Function<Long, byte[]>) maker.newInstance()).apply(seed);
    MemoryDevice device = new MemoryDevice(bytes.length);
    for (int at = 0; at < bytes.length; at += MemoryDevice.BLOCK) {
      ByteBuffer block = ByteBuffer.wrap(bytes, at, MemoryDevice.BLOCK);
      if (block.mismatch(ByteBuffer.allocate(MemoryDevice.BLOCK)) >= 0) {
        device.write(at, block);
      }
    }
    return device;
  }

  private static void isWhole(MemoryDevice image, long seed) throws IOException {
    FsckReport report = Fsck.check(Image.of(image.snapshot()), CHECK, Progress.NONE);
    assertThat(report.warnings() + report.errors()).as("%s", report.findings()).isZero();
    int files = 0;
    try (Volume volume = SampleImages.open(image)) {
      Deque<Long> left = new ArrayDeque<>(List.of(volume.root()));
      while (!left.isEmpty()) {
        int[] here = new int[1];
        volume.readdir(
            left.remove(),
            0,
            entry -> {
              if (entry.type() == Vfs.S_IFREG >> 12) {
                here[0]++;
              } else if (!new String(entry.name(), java.nio.charset.StandardCharsets.US_ASCII)
                  .matches("\\.\\.?")) {
                left.add(entry.id());
              }
              return true;
            });
        files += here[0];
      }
    }
    int wide = CircleMaker.isWide(seed) ? CircleMaker.WIDE : 0;
    assertThat(files).isEqualTo(CircleMaker.DIRECTORIES + wide);
  }
}
