package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.sim.ImageChecker;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Severity;

/** The check of a whole image, file data included, as {@code fsck -n} does it. */
public final class SoundImage implements ImageChecker {
  private final FsckOptions options;

  /**
   * @param bootId of the machine's run that the image is judged in, 16 bytes; zeros: another one
   *     than before
   */
  public SoundImage(byte[] bootId) {
    this.options = FsckOptions.check().withThreads(1).withBootId(bootId);
  }

  @Override
  public List<String> check(BlockDevice image) throws IOException {
    return Fsck.check(Image.of(image), options, Progress.NONE).findings().stream()
        .filter(f -> f.problem().severity() != Severity.NOTE)
        .map(f -> f.problem() + ": " + f)
        .toList();
  }
}
