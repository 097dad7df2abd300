package org.chunkfs.fsck.torture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Problem;
import org.junit.jupiter.api.Test;

/** A record that a power loss cut off, in a journal that goes no further. */
final class TornEndTest {
  private static final int BLOCK = BlockDevice.BLOCK;
  private static final byte[] NEXT_BOOT = new byte[16];
  private static final byte[] NAME = "last".getBytes(UTF_8);
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);

  /** The opening of the record is over, and has left it out: later ones say nothing about it. */
  @Test
  void isNotDamageWhenTheChunksHeadersAreWrittenAnew() throws IOException {
    BlockDevice sound = EmptyJournals.of(SampleImages.sample(0, 0).device()).device;
    BlockDevice device = SampleImages.copy(sound);
    Volume writing = SampleImages.open(device);
    int chunk = Ino.chunk(writing.layout().root());
    writing.create(writing.root(), NAME, FILE);
    BlockDevice left = SampleImages.copy(device);
    writing.abandon();
    long ring = writing.layout().base(chunk);
    ChunkGeometry geometry = writing.layout().geometry(chunk);
    int torn = 0;
    for (long block : Blocks.differing(sound, left)) {
      long in = (block - ring) / BLOCK - geometry.ringStart();
      if (in >= 0 && in < geometry.ringBlocks()) {
        ByteBuffer sectors = ByteBuffer.allocate(BLOCK);
        left.read(block, sectors.slice(0, 512));
        left.write(block, sectors);
        torn++;
      }
    }
    assertThat(torn).isPositive();
    VolumeOptions options = VolumeOptions.defaults().withFenced(VolumeOptions.FencedPolicy.FAIL);
    try (Volume volume = Volume.open(Image.of(left), options, NEXT_BOOT)) {
      assertThat(volume.chunks().get(chunk).state()).isEqualTo(ChunkState.ONLINE);
      elsewhere(volume, chunk);
      volume.syncfs();
      volume.upkeep().renewAll();
    }
    BlockDevice renewed = SampleImages.copy(left);
    assertThat(
            Fsck.check(
                    Image.of(renewed),
                    FsckOptions.check().withBootId(NEXT_BOOT).withThreads(1),
                    Progress.NONE)
                .findings())
        .allMatch(finding -> finding.problem() == Problem.JOURNAL_TORN);
    try (Volume volume = Volume.open(Image.of(renewed), options, NEXT_BOOT)) {
      assertThat(volume.chunks().get(chunk).state()).isEqualTo(ChunkState.ONLINE);
    }
  }

  /** A commit that the chunk has nothing to do with. */
  private static void elsewhere(Volume volume, int chunk) throws IOException {
    List<Long> directories = new ArrayList<>();
    volume.readdir(
        volume.root(),
        0,
        entry -> {
          if (entry.type() == Vfs.S_IFDIR >> 12 && Ino.chunk(entry.ino()) != chunk) {
            directories.add(entry.id());
          }
          return true;
        });
    volume.create(directories.getFirst(), NAME, FILE);
  }
}
