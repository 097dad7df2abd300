package org.chunkfs.fsck.repair;

import java.io.IOException;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Numbers;
import org.chunkfs.core.chunk.Stability;
import org.chunkfs.core.device.BlockDevice;

/**
 * The commits of one repair: numbers of its own volume epoch, one after another, stable as soon as
 * the device was flushed.
 */
final class RepairHistory implements Numbers, Stability {
  private static final int COUNTER_BITS = 40;

  private final BlockDevice device;
  private long next;
  private long written;
  private long stable;

  /**
   * @param epoch of the volume, durable already
   */
  RepairHistory(BlockDevice device, int epoch) {
    this.device = device;
    this.next = ((long) epoch << COUNTER_BITS) + 1;
    this.written = next - 1;
    this.stable = written;
  }

  /** Whether a journal has a commit that none of these can follow. */
  boolean isBehind(long g) {
    return Long.compareUnsigned(g, next) >= 0;
  }

  /** A number that was given before this repair; 0 for one that cannot have been. */
  long possible(long g) {
    return isBehind(g) ? 0 : g;
  }

  @Override
  public long take() {
    return next++;
  }

  @Override
  public void written(long g) {
    written = g;
  }

  @Override
  public void lost(Chunk chunk, long g, Exception cause) {
    // The repair ends with the same failure; the next one has another epoch.
  }

  @Override
  public long flushedStable() {
    return stable;
  }

  @Override
  public void settle(long g) throws IOException {
    if (g > stable) {
      flush();
    }
  }

  @Override
  public void flush() throws IOException {
    long upTo = written;
    device.flush();
    stable = upTo;
  }

  @Override
  public long stable() {
    return stable;
  }

  @Override
  public void named(long g) {
    // There is nobody to tell.
  }
}
