package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.junit.jupiter.api.Test;

/** A disk that is busy with other things: a repair waits for it, as nobody waits for the repair. */
final class SlowRingMapTest {
  private static final long LATE_NANOS = 2_300_000_000L;

  @Test
  void aRepairWaitsForTheRingMap() throws IOException {
    Specimen specimen = EmptyJournals.of(SampleImages.full(9, true));
    Target size = specimen.targets.of("inode.entries").getFirst();
    ScratchDevice scratch = specimen.scratch();
    Damage damage = new Damage(specimen, scratch);
    byte[] bytes = damage.read(size.position(), size.size());
    bytes[0] ^= 1;
    damage.write(size.position(), bytes);
    damage.seal(size.position());
    AtomicInteger late = new AtomicInteger();
    BlockDevice slow =
        new DelegatingDevice(scratch) {
          @Override
          public void write(long position, ByteBuffer src) throws IOException {
            if (position / BlockHeader.BLOCK == Superblock.RING_MAP_BLOCK && late.get() == 0) {
              long until = System.nanoTime() + LATE_NANOS;
              while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
              }
              late.incrementAndGet();
            }
            super.write(position, src);
          }
        };
    Image image = Image.of(slow);
    ImageCheck.Result first = specimen.check(image, scratch);
    Repairer.Result done =
        new Repairer(image, specimen.options(scratch, image), Progress.NONE, Consent.ALL, 1_000)
            .run(first);
    assertThat(done.last().findings().anyWrong()).isFalse();
    assertThat(late.get()).isPositive();
  }
}
