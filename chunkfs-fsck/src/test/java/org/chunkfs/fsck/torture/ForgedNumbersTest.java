package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.repair.Consent;
import org.chunkfs.fsck.repair.Repairer;
import org.junit.jupiter.api.Test;

/** Counters that are far ahead, with right checksums. */
final class ForgedNumbersTest {
  private static final long LATER = 0x7126_B5D4_E767_F416L;

  @Test
  void aHeaderOfALaterOpeningIsFoundAndNoJournalIsStartedWithItsNumber() throws IOException {
    Specimen specimen = EmptyJournals.of(SampleImages.sample(0, 0).device());
    ScratchDevice device = specimen.scratch();
    Damage damage = new Damage(specimen, device);
    byte[] later = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(LATER).array();
    for (String field : new String[] {"chunk header.base_g", "chunk header.tail_prev_g"}) {
      for (Target target : specimen.targets.of(field)) {
        if (target.chunk() == 1) {
          damage.write(target.position(), later);
        }
      }
    }
    damage.seal();
    ImageCheck.Result found = specimen.check(device);
    assertThat(found.findings().count(Problem.JOURNAL)).isEqualTo(1);
    Repairer.Result done =
        new Repairer(
                Image.of(device),
                Specimen.options(device),
                Progress.NONE,
                Consent.ALL,
                2_000_000_000L)
            .run(found);
    assertThat(done.last().findings().anyWrong()).isFalse();
    assertThat(done.log()).contains("write the volume record, epoch 5");
    assertThat(Serving.broken(specimen, device)).isEmpty();
  }

  @Test
  void aGenerationCounterMayBeginAnew() throws IOException {
    Specimen specimen = EmptyJournals.of(SampleImages.sample(0, 0).device());
    ScratchDevice device = specimen.scratch();
    Damage damage = new Damage(specimen, device);
    for (Target target : specimen.targets.of("chunk state.generation")) {
      damage.write(target.position(), new byte[] {-1, -1, -1, -1});
    }
    damage.seal();
    assertThat(specimen.check(device).findings().anyWrong()).isFalse();
    assertThat(Serving.broken(specimen, device)).isEmpty();
  }
}
