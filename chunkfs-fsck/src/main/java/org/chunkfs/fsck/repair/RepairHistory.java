package org.chunkfs.fsck.repair;

import java.io.IOException;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Numbers;
import org.chunkfs.core.chunk.Stability;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.CommitNumber;

/**
 * The commits of one repair: numbers of its own volume epoch, one after another, stable as soon as
 * the device was flushed.
 */
final class RepairHistory implements Numbers, Stability {

  private final BlockDevice device;
  private long next;
  private long written;
  private long stable;

  /**
   * @param last the last number that was given before, durable already
   */
  private RepairHistory(BlockDevice device, long last) {
    this.device = device;
    this.next = last + 1;
    this.written = last;
    this.stable = last;
  }

  /** Of a volume that nobody uses; its epoch is durable already. */
  static RepairHistory of(BlockDevice device, int epoch) {
    return new RepairHistory(device, CommitNumber.base(epoch));
  }

  /** Of a volume in use, which gives its numbers itself: only says which may have been given. */
  static RepairHistory upTo(BlockDevice device, long last) {
    return new RepairHistory(device, last);
  }

  /** Whether a journal has a commit that none of these can follow. */
  boolean isBehind(long g) {
    return Long.compareUnsigned(g, next) >= 0;
  }

  /** A number that may have been given before this repair; 0 for one that cannot. */
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
