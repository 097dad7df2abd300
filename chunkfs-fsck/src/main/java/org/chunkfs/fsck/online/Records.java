package org.chunkfs.fsck.online;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ImageScan;

/**
 * The image's own records while they are being written now and then: only what is wrong each time
 * they are looked at is.
 */
final class Records {
  private static final int TRIES = 5;
  private static final long PAUSE_NANOS = 20_000_000;

  private final Volume volume;

  Records(Volume volume) {
    this.volume = volume;
  }

  /** What is wrong with superblocks, ring maps and volume records. */
  List<Finding> look() {
    BlockDevice device = volume.image().device();
    List<Finding> wrong = once(device);
    for (int i = 1; i < TRIES && !wrong.isEmpty(); i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      List<Finding> again = once(new MediaView(device));
      wrong.retainAll(again);
    }
    return wrong;
  }

  private List<Finding> once(BlockDevice device) {
    Findings findings = new Findings(-1);
    ImageScan.read(device, volume.layout(), findings);
    return new ArrayList<>(findings.list());
  }
}
