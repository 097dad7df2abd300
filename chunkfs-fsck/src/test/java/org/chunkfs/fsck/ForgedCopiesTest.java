package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.sim.TreeDump;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;

/**
 * What belongs to the image as a whole stands in several copies: one that is changed and sealed
 * again is outvoted, reported, and made good.
 */
final class ForgedCopiesTest {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final MemoryDevice sound = SampleImages.full(5, true);
  private final ImageLayout layout = Image.of(sound).layout();
  private final List<String> tree = tree(sound);

  ForgedCopiesTest() throws IOException {}

  private static List<String> tree(MemoryDevice device) throws IOException {
    Volume volume = SampleImages.open(device.snapshot());
    try {
      return TreeDump.of(volume);
    } finally {
      volume.abandon();
    }
  }

  @Test
  void aSuperblockWithAnyFieldChangedIsOutvoted() throws IOException {
    for (Field field : Superblock.LAYOUT.fields()) {
      requireOutvoted(field, 0, BLOCK);
    }
  }

  @Test
  void aCopyOfAnotherImageIsOutvoted() throws IOException {
    requireOutvoted(BlockHeader.UUID, 0, BLOCK);
    requireOutvoted(BlockHeader.UUID, layout.base(0), BLOCK);
  }

  @Test
  void aHeadersCopyWithAnyFieldChangedIsOutvoted() throws IOException {
    for (Field field : Superblock.LAYOUT.fields()) {
      requireOutvoted(field, layout.base(0), BLOCK);
    }
  }

  @Test
  void aVolumeRecordWithAnyFieldChangedIsOutvoted() throws IOException {
    int[] replicas = layout.replicas();
    assertThat(replicas).hasSizeGreaterThan(2);
    for (Field field : VolumeRecord.LAYOUT.fields()) {
      if (field != VolumeRecord.RESERVED) {
        requireOutvoted(field, newest(replicas[1]), VolumeRecord.BYTES);
      }
    }
  }

  /** Where the newer slot of a replica lies. */
  private long newest(int replica) throws IOException {
    long best = 0;
    long sequence = -1;
    for (int slot = 0; slot < 2; slot++) {
      int block = layout.geometry(replica).volumeRecord(slot);
      long at = layout.base(replica) + (long) block * BLOCK;
      byte[] record = new byte[VolumeRecord.BYTES];
      sound.read(at, ByteBuffer.wrap(record));
      long its = VolumeRecord.SEQUENCE.get(record, 0);
      best = its > sequence ? at : best;
      sequence = Math.max(sequence, its);
    }
    return best;
  }

  private void requireOutvoted(Field field, long position, int length) throws IOException {
    for (int bit : new int[] {0, field.size() * 4, field.size() * 8 - 1}) {
      MemoryDevice forged = sound.snapshot();
      byte[] record = new byte[length];
      forged.read(position, ByteBuffer.wrap(record));
      record[field.offset() + bit / 8] ^= (byte) (1 << bit % 8);
      BlockHeader.seal(record, length);
      forged.write(position, ByteBuffer.wrap(record));
      String what = "bit %d of %s at %d".formatted(bit, field.name(), position);

      FsckOptions options = FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId());
      assertThat(tree(forged)).as(what).isEqualTo(tree);
      FsckReport report = Fsck.repair(Image.of(forged), options, Progress.NONE);
      assertThat(report.findings()).as(what).isNotEmpty();
      assertThat(report.clean()).as("%s: %s", what, report.remaining()).isTrue();
      assertThat(tree(forged)).as(what).isEqualTo(tree);
    }
  }
}
