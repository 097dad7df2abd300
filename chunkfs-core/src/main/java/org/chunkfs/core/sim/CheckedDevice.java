package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;

/**
 * A device in memory whose image is checked when it is closed, unless it was said that it need not
 * be: so every experiment that ends has left an image that a crash at that moment would leave
 * sound.
 */
public final class CheckedDevice extends DelegatingDevice {
  private final MemoryDevice live;
  private final ImageChecker checker;
  private volatile boolean checks = true;
  private boolean closed;

  /** A device above another; closing it runs the checker on its content first. */
  public CheckedDevice(MemoryDevice delegate, ImageChecker checker) {
    super(delegate);
    this.live = delegate;
    this.checker = checker;
  }

  /** Not to be checked when it is closed: the image is damaged, and meant to be. */
  public void leaveUnchecked() {
    checks = false;
  }

  /**
   * Checks, and closes.
   *
   * @throws IllegalStateException if the image is not sound, with all that was found
   */
  @Override
  public void close() throws IOException {
    boolean check;
    synchronized (this) {
      check = checks && !closed;
      closed = true;
    }
    super.close();
    if (check) {
      List<String> wrong = checker.check(live.snapshot().asReadOnly());
      if (!wrong.isEmpty()) {
        throw new IllegalStateException(
            "the image that was closed is not sound: " + String.join("; ", wrong));
      }
    }
  }
}
