package org.chunkfs.fsck.scrub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/** A device that is read during a share of the time only, unless somebody waits for the end. */
final class PacedDevice extends DelegatingDevice {
  /** Shorter pauses are saved up. */
  private static final long LEAST_NANOS = 10_000_000;

  private final int share;
  private final BooleanSupplier hurry;
  private final Pause pause;
  private long owed;

  /** Waits, unless it is all over. */
  @FunctionalInterface
  interface Pause {
    /**
     * @throws IOException if nothing more is to be read
     */
    void nanos(long nanos) throws IOException;
  }

  /**
   * @param share percent of the time
   * @param hurry whether pauses are left out
   */
  PacedDevice(BlockDevice device, int share, BooleanSupplier hurry, Pause pause) {
    super(device);
    this.share = share;
    this.hurry = hurry;
    this.pause = pause;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    long from = System.nanoTime();
    delegate.read(position, dst);
    owed += (System.nanoTime() - from) * (100 - share) / share;
    if (owed >= LEAST_NANOS) {
      pause.nanos(hurry.getAsBoolean() ? 0 : owed);
      owed = 0;
    }
  }
}
