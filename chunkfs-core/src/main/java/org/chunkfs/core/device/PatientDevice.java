package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.chunkfs.core.error.DeviceException;

/**
 * A device above another whose reads and flushes are given up after a time, so that a medium that
 * does not answer is an error and not an end. Writes are passed on as they are: one that was given
 * up could still arrive later.
 *
 * <p>Each read is made by a thread of the device's own, into a buffer of its own: what comes late
 * changes nothing. That costs some microseconds for each, until {@link #trust}.
 */
public final class PatientDevice extends DelegatingDevice {
  private final Duration patience;
  private volatile boolean trusted;

  /**
   * @param patience how long a read or flush may take
   */
  public PatientDevice(BlockDevice delegate, Duration patience) {
    super(delegate);
    this.patience = Objects.requireNonNull(patience);
  }

  /** From now on everything is passed on as it is, however long it takes. */
  public void trust() {
    trusted = true;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    if (trusted) {
      delegate.read(position, dst);
    } else {
      ByteBuffer own = ByteBuffer.allocate(dst.remaining());
      await("read at " + position, () -> delegate.read(position, own));
      dst.put(own.flip());
    }
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    if (trusted) {
      delegate.readMedia(position, dst);
    } else {
      ByteBuffer own = ByteBuffer.allocate(dst.remaining());
      await("read at " + position, () -> delegate.readMedia(position, own));
      dst.put(own.flip());
    }
  }

  @Override
  public void flush() throws IOException {
    if (trusted) {
      delegate.flush();
    } else {
      await("flush", delegate::flush);
    }
  }

  private void await(String what, Errand.Step step) throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    if (!Errand.run("chunkfs-patient", step, () -> System.nanoTime() - until > 0)) {
      throw new DeviceException(
          "%s: a %s did not return within %d ms".formatted(this, what, patience.toMillis()));
    }
  }
}
