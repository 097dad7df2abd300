package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;

/** One repair, and the next check is clean, whatever was damaged and wherever a repair was cut. */
final class RepairProps {
  private static final FsckOptions CHECK = FsckOptions.check().withBootId(SampleImages.bootId());
  private static final FsckOptions REPAIR =
      FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId());

  @Property(tries = 20, seed = "1036")
  void aRepairedImageIsClean(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int damages)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = image(random);
    damage(device, random, damages);
    FsckReport report = Fsck.repair(Image.of(device), REPAIR, Progress.NONE);
    assertThat(report.clean()).as("after the repair: %s", report.remaining()).isTrue();
    FsckReport again = Fsck.check(Image.of(device), CHECK, Progress.NONE);
    assertThat(again.warnings() + again.errors()).as("%s", again.findings()).isZero();
    try (Volume volume = SampleImages.open(device)) {
      assertThat(volume.getattr(volume.root()).isDirectory()).isTrue();
    }
    FsckReport after = Fsck.check(Image.of(SampleImages.copy(device)), CHECK, Progress.NONE);
    assertThat(after.warnings() + after.errors()).as("%s", after.findings()).isZero();
  }

  @Property(tries = 12, seed = "1037")
  void aRepairThatIsCutConvergesWhenRunAgain(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = image(random);
    damage(device, random, 3);
    for (int cut = 0; cut < 3; cut++) {
      Dying dying = new Dying(device, random.nextInt(60));
      try {
        Fsck.repair(Image.of(dying), REPAIR, Progress.NONE);
      } catch (IOException e) {
        assertThat(dying.left).as("%s", e).isNegative();
      }
    }
    Fsck.repair(Image.of(device), REPAIR, Progress.NONE);
    FsckReport again = Fsck.check(Image.of(device), CHECK, Progress.NONE);
    assertThat(again.warnings() + again.errors()).as("%s", again.findings()).isZero();
  }

  /**
   * Whoever opens the image then must see what the repair has in the ring, or half of it counts.
   */
  @Property(tries = 5, seed = "1039")
  void aRepairThatIsCutLeavesNoJournalThatTheRingMapCallsEmpty(@ForAll long seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = SampleImages.full(random.nextInt(100), true);
    damage(device, random, 3);
    if (Fsck.check(Image.of(device), CHECK, Progress.NONE).findings().stream()
        .anyMatch(finding -> finding.problem() == Problem.RING_MAP_BIT)) {
      return;
    }
    boolean cut = true;
    for (int writes = 0; cut && writes < 200; writes++) {
      BlockDevice left = SampleImages.copy(device);
      try {
        Fsck.repair(Image.of(new Dying(left, writes)), REPAIR, Progress.NONE);
        cut = false;
      } catch (IOException e) {
        assertThat(Fsck.check(Image.of(left), CHECK, Progress.NONE).findings())
            .as("after %s writes", writes)
            .noneMatch(finding -> finding.problem() == Problem.RING_MAP_BIT);
      }
    }
  }

  /** What a member does not have any more is no damage to what it has. */
  @Property(tries = 20, seed = "1040")
  void aMemberThatIsCutShortStopsNoRepair(
      @ForAll @IntRange(min = 1, max = 6) int blocks, @ForAll boolean damaged) throws IOException {
    ConcatDevice whole = (ConcatDevice) SampleImages.spread(3, true);
    CutDevice second = new CutDevice(whole.parts().getLast(), "second", blocks * 4096L);
    BlockDevice device = new ConcatDevice(List.of(whole.parts().getFirst(), second));
    if (damaged) {
      device.write(4096, ByteBuffer.allocate(4096)); // the ring map of the first
    }
    FsckReport report = Fsck.repair(Image.of(device), REPAIR, Progress.NONE);
    List<Finding> left = damaged ? report.remaining() : report.findings();
    assertThat(left)
        .allMatch(finding ->
            finding.problem() == Problem.MEMBER_MISSING
                || finding.problem().severity() == Severity.NOTE);
    second.comeBack();
    Fsck.repair(Image.of(device), REPAIR, Progress.NONE);
    assertThat(Fsck.check(Image.of(device), CHECK, Progress.NONE).clean()).isTrue();
  }

  /** Closing has said elsewhere than next to them that the last commits are durable. */
  @Property(tries = 10, seed = "1041")
  void theLostEndOfAnyJournalOfAClosedImageIsNoticed(@ForAll long seed) throws IOException {
    BlockDevice closed = SampleImages.full(seed, true);
    ImageLayout layout = Image.of(closed).layout();
    int ends = 0;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      BlockDevice device = SampleImages.copy(closed);
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      ChunkScan scan = ChunkScan.open(reader, (id, header, ring) -> ring, new Findings(chunk));
      List<RingRecord> commits =
          scan.kept() == null
              ? List.of()
              : scan.kept().records().stream()
                  .filter(record -> record.type() == JournalRecord.COMMIT)
                  .toList();
      if (commits.isEmpty()) {
        continue;
      }
      ends++;
      int ringBytes = layout.geometry(chunk).ringBlocks() * 4096;
      long in = commits.getLast().position() % ringBytes / 4096 * 4096;
      device.write(
          reader.position(layout.geometry(chunk).ringStart()) + in, ByteBuffer.allocate(4096));
      assertThat(Fsck.check(Image.of(device), CHECK, Progress.NONE).clean())
          .as("chunk %s", chunk)
          .isFalse();
    }
    assertThat(ends).isPositive();
  }

  @Property(tries = 30, seed = "1038")
  void bytesOfAnyKindStopNoCheck(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BlockDevice device = image(random);
    for (int i = 0; i < 200; i++) {
      byte[] junk = new byte[1 + random.nextInt(4096)];
      random.nextBytes(junk);
      long position = random.nextLong(4096, device.size() - junk.length);
      device.write(position, ByteBuffer.wrap(junk));
    }
    try {
      Fsck.check(Image.of(device), CHECK, Progress.NONE);
    } catch (ImageException e) {
      assertThat(e).hasMessageContaining("image");
    }
  }

  private static BlockDevice image(SplittableRandom random) throws IOException {
    int seed = random.nextInt(100);
    boolean settled = random.nextBoolean();
    return random.nextInt(3) == 0
        ? SampleImages.spread(seed, settled)
        : SampleImages.full(seed, settled);
  }

  /** Overwrites parts of what counts: single bytes, runs, whole blocks, with junk or zeros. */
  private static void damage(BlockDevice device, SplittableRandom random, int times)
      throws IOException {
    ImageLayout layout = Image.of(device).layout();
    List<ChunkScan> scans = new ArrayList<>();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      scans.add(ChunkScan.open(reader, (id, header, scan) -> scan, new Findings(chunk)));
    }
    LiveBytes live = LiveBytes.of(device, layout, scans);
    for (int i = 0; i < times; i++) {
      List<LiveBytes.Range> ranges = live.of(live.kinds().get(random.nextInt(live.kinds().size())));
      LiveBytes.Range range = ranges.get(random.nextInt(ranges.size()));
      int from = random.nextInt(range.length());
      byte[] junk = new byte[1 + random.nextInt(Math.min(4096, range.length() - from))];
      if (random.nextBoolean()) {
        random.nextBytes(junk);
      }
      device.write(range.position() + from, ByteBuffer.wrap(junk));
    }
  }

  /** A device that dies after some writes. */
  private static final class Dying extends DelegatingDevice {
    private int left;

    Dying(BlockDevice device, int writes) {
      super(device);
      left = writes;
    }

    @Override
    public void write(long position, ByteBuffer src) throws IOException {
      if (left-- <= 0) {
        throw new IOException("the device is dead");
      }
      super.write(position, src);
    }
  }
}
