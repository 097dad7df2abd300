package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Volume;

/** Images in which everything is in its place. */
final class EmptyJournals {
  private EmptyJournals() {}

  /** An image whose journals have been emptied, as after SIGKILL. */
  static Specimen of(BlockDevice device) throws IOException {
    Volume volume = SampleImages.open(device);
    assertThat(volume.quiesce(20_000)).isTrue();
    return of(device, volume);
  }

  /** The same of a volume in use, which ends. */
  static Specimen of(BlockDevice device, Volume volume) throws IOException {
    volume.syncfs();
    volume.upkeep().renewAll();
    volume.abandon();
    BlockDevice left = SampleImages.copy(device);
    return new Specimen(new SampleImages.Sample("with empty journals", left, left));
  }
}
