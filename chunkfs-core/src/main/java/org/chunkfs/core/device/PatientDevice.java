package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
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

  /** What was given up and has not returned: nobody waits for the same place again. */
  private final List<Operation> late = new CopyOnWriteArrayList<>();

  private volatile boolean trusted;

  /** A read, or a flush at -1. */
  private static final class Operation {
    final long position;
    final int length;
    volatile boolean ended;

    Operation(long position, int length) {
      this.position = position;
      this.length = length;
    }

    boolean touches(Operation other) {
      return position < other.position + other.length && other.position < position + length;
    }
  }

  /**
   * @param patience how long a read or flush may take
   */
  public PatientDevice(BlockDevice delegate, Duration patience) {
    super(delegate);
    this.patience = Objects.requireNonNull(patience);
    this.trusted = delegate.prompt();
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
      await(position, own.capacity(), () -> delegate.read(position, own));
      dst.put(own.flip());
    }
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    if (trusted) {
      delegate.readMedia(position, dst);
    } else {
      ByteBuffer own = ByteBuffer.allocate(dst.remaining());
      await(position, own.capacity(), () -> delegate.readMedia(position, own));
      dst.put(own.flip());
    }
  }

  @Override
  public void flush() throws IOException {
    if (trusted) {
      delegate.flush();
    } else {
      await(-1, 1, delegate::flush);
    }
  }

  @Override
  public boolean prompt() {
    return delegate.prompt();
  }

  /**
   * @param position where it reads; -1: it flushes
   */
  private void await(long position, int length, Errand.Step step) throws IOException {
    Operation operation = new Operation(position, length);
    late.removeIf(other -> other.ended);
    for (Operation other : late) {
      if (other.touches(operation)) {
        throw late(operation);
      }
    }
    long until = System.nanoTime() + patience.toNanos();
    Errand.Step noted =
        () -> {
          try {
            step.run();
          } finally {
            operation.ended = true;
          }
        };
    if (!Errand.run("chunkfs-patient", noted, () -> System.nanoTime() - until > 0)) {
      late.add(operation);
      throw late(operation);
    }
  }

  private DeviceException late(Operation operation) {
    return new DeviceException(
        "%s: a %s did not return within %d ms"
            .formatted(
                this,
                operation.position < 0 ? "flush" : "read at " + operation.position,
                patience.toMillis()));
  }
}
