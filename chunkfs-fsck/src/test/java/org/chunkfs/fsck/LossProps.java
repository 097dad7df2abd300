package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.repair.Inventory;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.Loss;
import org.chunkfs.fsck.report.Loss.What;
import org.chunkfs.fsck.torture.SampleImages;

/** What a repair says was lost is what the image had before it was damaged and has no more. */
final class LossProps {
  private static final FsckOptions OPTIONS =
      FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId());
  private static final long BLOCK = 4096;

  @Property(tries = 25, seed = "44", shrinking = ShrinkingMode.OFF)
  void everyLostBlockOfAFileIsTold(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDevice device = SampleImages.full(random.nextInt(20), random.nextBoolean());
    Inventory before = inventory(device);
    // One block: what it said of a file's data something else says too.
    Image image = Image.of(device);
    int chunk = random.nextInt(image.layout().chunks());
    // Metadata lies at the start of the body, and file data from a sixth of it on.
    ChunkGeometry geometry = image.layout().geometry(chunk);
    int from = random.nextBoolean() ? 0 : geometry.bodyBlocks() / 6;
    int block = geometry.bodyStart() + from + random.nextInt(60);
    byte[] junk = new byte[(int) BLOCK];
    if (random.nextBoolean()) {
      random.nextBytes(junk);
    }
    device.write(image.layout().base(chunk) + block * BLOCK, ByteBuffer.wrap(junk));

    FsckReport report = Fsck.repair(image, OPTIONS, Progress.NONE);
    assertThat(report.clean()).as("%s", report.remaining()).isTrue();
    Inventory after = inventory(device);
    Map<Long, Set<Long>> told = new HashMap<>();
    Set<Long> gone = new HashSet<>();
    for (Loss loss : report.losses()) {
      if (loss.what() == What.INODE) {
        gone.add(loss.inode());
      } else if (loss.what() == What.DATA) {
        assertThat(loss.offset() % BLOCK).isZero();
        for (long at = loss.offset(); at < loss.offset() + loss.length(); at += BLOCK) {
          told.computeIfAbsent(loss.inode(), _ -> new TreeSet<>()).add(at / BLOCK);
        }
      }
    }
    before
        .things()
        .forEach((ino, was) -> {
          Inventory.Thing is = after.things().get(ino);
          Set<Long> lost = new TreeSet<>(was.blocks);
          if (is != null) {
            lost.removeAll(is.blocks);
          }
          if (!gone.contains(ino)) {
            assertThat(told.getOrDefault(ino, Set.of()))
                .as("seed %d: inode %x, block %d of chunk %d", seed, ino, block, chunk)
                .isEqualTo(lost);
          } else {
            assertThat(is == null || !is.recorded || is.generation != was.generation).isTrue();
          }
        });
  }

  private static Inventory inventory(MemoryDevice device) throws IOException {
    Image image = Image.of(device);
    ImageCheck.Result result = ImageCheck.run(image, OPTIONS.forCheck(), Progress.NONE);
    Set<Integer> all = new TreeSet<>();
    for (int chunk = 0; chunk < image.layout().chunks(); chunk++) {
      all.add(chunk);
    }
    return Inventory.take(image, result, all);
  }
}
