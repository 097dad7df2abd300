package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import org.chunkfs.fsck.scan.ChunkScan;
import org.junit.jupiter.api.Test;

/** Checksums that are made right again, wherever they lie. */
final class SealerTest {

  /** Nothing but a checksum would tell that somebody's number is another one. */
  @Test
  void anInodeInPlaceWhoseTableEntryIsInTheJournalIsSealed() throws IOException {
    Specimen specimen = new Specimen(SampleImages.sample(1, 4));
    int sealed = 0;
    for (Target target : specimen.targets.of("inode.uid")) {
      ChunkScan scan = Objects.requireNonNull(specimen.scans.get(target.chunk()));
      boolean inPlace = scan.overlay().get(target.block()) == null;
      int tableBlock = scan.geometry().tableBlock(target.block());
      if (inPlace && scan.overlay().get(tableBlock) != null) {
        ScratchDevice device = specimen.scratch();
        Damage damage = new Damage(specimen, device);
        byte[] bytes = damage.read(target.position(), target.size());
        bytes[0] ^= 1;
        damage.write(target.position(), bytes);
        assertThat(specimen.check(device).findings().list()).as("%s", target.place()).isNotEmpty();
        damage.seal(target.position());
        assertThat(specimen.check(device).findings().list()).as("%s", target.place()).isEmpty();
        sealed++;
      }
    }
    assertThat(sealed).isPositive();
  }
}
