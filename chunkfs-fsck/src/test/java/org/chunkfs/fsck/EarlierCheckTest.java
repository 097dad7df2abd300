package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.FsckOptions.Earlier;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.report.FsckReport.ChunkLine;
import org.chunkfs.fsck.report.FsckReport.Condition;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chunks that were found sound and have not changed since need no check. */
final class EarlierCheckTest {
  private static final FsckOptions CHECK =
      FsckOptions.check().withBootId(SampleImages.bootId()).withData(false);
  private static final FsckOptions REPAIR =
      FsckOptions.repair(7_000_000_000L).withBootId(SampleImages.bootId()).withData(false);

  private BlockDevice device;

  @BeforeEach
  void imageAtRest() throws IOException {
    device = SampleImages.full(3, true);
    atRest(_ -> {});
  }

  private interface Change {
    void in(Volume volume) throws IOException;
  }

  /** Changes something, and leaves all journals empty. */
  private void atRest(Change change) throws IOException {
    try (Volume volume = SampleImages.open(device)) {
      change.in(volume);
      assertThat(volume.quiesce(20_000)).isTrue();
      for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
        volume.checkpoint(chunk);
        volume.checkpoint(chunk);
        volume.upkeep().renew(chunk);
      }
    }
    device = SampleImages.copy(device);
  }

  private FsckReport check(Earlier earlier) throws IOException {
    return Fsck.check(Image.of(device), CHECK.withEarlier(earlier), Progress.NONE);
  }

  private FsckReport repair(Earlier earlier) throws IOException {
    return Fsck.repair(Image.of(device), REPAIR.withEarlier(earlier), Progress.NONE);
  }

  private static List<Integer> lookedInto(FsckReport report) {
    List<Integer> chunks = new ArrayList<>();
    for (ChunkLine line : report.map()) {
      if (line.condition() != Condition.SKIPPED && line.condition() != Condition.UNUSED) {
        chunks.add(line.chunk());
      }
    }
    return chunks;
  }

  @Test
  void whatWasNeverFoundSoundIsLookedInto() throws IOException {
    assertThat(check(Earlier.TRUST).skipped()).isZero();
  }

  @Test
  void whatWasFoundSoundIsLeftOutAndCountedAllTheSame() throws IOException {
    FsckReport all = repair(Earlier.RENEW);
    assertThat(all.skipped()).isZero();
    FsckReport few = check(Earlier.TRUST);
    assertThat(lookedInto(few)).isEmpty();
    assertThat(few.summary("image")).isEqualTo(all.summary("image"));
    assertThat(check(Earlier.RENEW).skipped()).isZero();
  }

  @Test
  void aCheckThatChangesNothingNotesNothing() throws IOException {
    check(Earlier.RENEW);
    assertThat(check(Earlier.TRUST).skipped()).isZero();
  }

  @Test
  void whatHasChangedSinceIsLookedInto() throws IOException {
    repair(Earlier.RENEW);
    TreeSet<Integer> changed = new TreeSet<>();
    atRest(volume -> {
      Vfs.Attr made =
          volume.create(volume.root(), "late".getBytes(), new Vfs.Creation(0x1A4, 0, 0, 0));
      changed.add(Ino.chunk(made.id()));
      changed.add(Ino.chunk(volume.root()));
    });
    FsckReport report = check(Earlier.TRUST);
    assertThat(report.clean()).isTrue();
    assertThat(lookedInto(report)).containsExactlyElementsOf(changed);
  }

  @Test
  void damageInWhatHasChangedMakesItLookIntoAll() throws IOException {
    repair(Earlier.RENEW);
    Image image = Image.of(device);
    int root = Ino.chunk(image.layout().root());
    atRest(volume ->
        volume.create(volume.root(), "late".getBytes(), new Vfs.Creation(0x1A4, 0, 0, 0)));
    long block = image.layout().geometry(root).indexBlock();
    device.write(image.layout().base(root) + block * 4096 + 200, ByteBuffer.allocate(3000));
    FsckReport report = check(Earlier.TRUST);
    assertThat(report.clean()).isFalse();
    assertThat(report.skipped()).isZero();
    assertThat(report.findings()).isEqualTo(check(Earlier.IGNORE).findings());
  }

  @Test
  void aChunkThatIsOutOfServiceIsLookedInto() throws IOException {
    repair(Earlier.RENEW);
    try (Volume volume = SampleImages.open(device)) {
      volume.crash(1);
    }
    device = SampleImages.copy(device);
    assertThat(lookedInto(check(Earlier.TRUST))).contains(1);
  }

  @Test
  void aRepairNotesItsOutcome() throws IOException {
    Image image = Image.of(device);
    int root = Ino.chunk(image.layout().root());
    long block = image.layout().geometry(root).indexBlock();
    device.write(image.layout().base(root) + block * 4096 + 200, ByteBuffer.allocate(3000));
    assertThat(repair(Earlier.TRUST).repaired()).isTrue();
    FsckReport report = check(Earlier.TRUST);
    assertThat(report.clean()).isTrue();
    assertThat(report.skipped()).isPositive();
    byte[] before = new byte[1 << 20];
    device.read(0, ByteBuffer.wrap(before));
    repair(Earlier.TRUST); // there is nothing new to note
    byte[] after = new byte[1 << 20];
    device.read(0, ByteBuffer.wrap(after));
    assertThat(after).isEqualTo(before);
  }
}
