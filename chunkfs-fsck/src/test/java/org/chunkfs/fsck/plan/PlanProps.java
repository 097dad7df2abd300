package org.chunkfs.fsck.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;

/** A plan says exactly what a repair does, and tells a changed image from the one it is for. */
final class PlanProps {
  private static final FsckOptions REPAIR =
      FsckOptions.repair(1_000_000_000L).withBootId(SampleImages.bootId());

  @Property(tries = 8, seed = "43", shrinking = ShrinkingMode.OFF)
  void aPlanIsWhatARepairDoes(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDevice device = SampleImages.full(random.nextInt(20), random.nextBoolean());
    damage(device, random);
    Image image = Image.of(device);
    RepairPlan plan = Fsck.plan(image, REPAIR, Progress.NONE);
    RepairPlan again = Fsck.plan(image, REPAIR, Progress.NONE);
    assertThat(again.fingerprint()).isEqualTo(plan.fingerprint());
    assertThat(again.changes()).isEqualTo(plan.changes());

    MemoryDevice planned = device.snapshot();
    plan.carryOut(planned);
    MemoryDevice repaired = device.snapshot();
    FsckReport report = Fsck.repair(Image.of(repaired), REPAIR, Progress.NONE);
    assertThat(plan.report()).isEqualTo(report);
    assertThat(digest(planned)).isEqualTo(digest(repaired));
    PlanCost cost = plan.cost();
    assertThat(cost.blocks()).isEqualTo(differing(device, planned) + untouched(plan, device));
    assertThat(plan.steps()).extracting(PlanStep::chunk).isSorted().doesNotHaveDuplicates();
  }

  @Example
  void aChangedBlockMakesAnotherPlan() throws IOException {
    MemoryDevice device = SampleImages.full(3, true);
    damage(device, new SplittableRandom(1));
    Image image = Image.of(device);
    RepairPlan plan = Fsck.plan(image, REPAIR, Progress.NONE);
    // The time of the last access of the root directory: no finding changes.
    long inode = image.layout().base(0) + image.layout().geometry(0).indexBlock() * 4096L;
    ByteBuffer one = ByteBuffer.allocate(1);
    device.read(inode + 64 + 4 * 504 + 300, one);
    device.write(inode + 64 + 4 * 504 + 300, ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}));
    assertThat(Fsck.plan(image, REPAIR, Progress.NONE).fingerprint())
        .isNotEqualTo(plan.fingerprint());
  }

  @Example
  void aSoundImageNeedsNoPlan() throws IOException {
    RepairPlan plan = Fsck.plan(Image.of(SampleImages.full(3, true)), REPAIR, Progress.NONE);
    assertThat(plan.empty()).isTrue();
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.cost().bytesWritten()).isZero();
  }

  private static void damage(MemoryDevice device, SplittableRandom random) throws IOException {
    Image image = Image.of(device);
    for (int i = 0; i < 3; i++) {
      int chunk = random.nextInt(image.layout().chunks());
      int block = image.layout().geometry(chunk).bodyStart() + random.nextInt(12);
      byte[] junk = new byte[1 + random.nextInt(4096)];
      random.nextBytes(junk);
      device.write(image.layout().base(chunk) + block * 4096L, ByteBuffer.wrap(junk));
    }
    device.write(image.layout().base(0), ByteBuffer.wrap(new byte[100])); // something is wrong
  }

  private static long differing(MemoryDevice one, MemoryDevice other) throws IOException {
    long n = 0;
    for (long at = 0; at < one.size(); at += 4096) {
      n += block(one, at).equals(block(other, at)) ? 0 : 1;
    }
    return n;
  }

  /** Blocks that a plan writes with what they hold already. */
  private static long untouched(RepairPlan plan, MemoryDevice device) throws IOException {
    MemoryDevice copy = device.snapshot();
    MemoryDevice noisy = device.snapshot();
    ByteBuffer noise = ByteBuffer.allocate(4096);
    for (long at = 0; at < noisy.size(); at += 4096) {
      ByteBuffer was = block(device, at);
      for (int i = 0; i < 4096; i++) {
        noise.put(i, (byte) ~was.get(i));
      }
      noisy.write(at, noise.duplicate());
    }
    plan.carryOut(copy);
    MemoryDevice before = noisy.snapshot();
    plan.carryOut(noisy);
    return differing(before, noisy) - differing(device, copy);
  }

  private static ByteBuffer block(MemoryDevice of, long at) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(4096);
    of.read(at, block);
    return block.flip();
  }

  private static int digest(MemoryDevice of) throws IOException {
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    for (long at = 0; at < of.size(); at += 4096) {
      crc.update(block(of, at));
    }
    return (int) crc.getValue();
  }
}
