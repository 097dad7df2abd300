package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final long IDLE_MILLIS = 500;

  private final Duration patience;
  private final ExecutorService helpers =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_MILLIS,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("chunkfs-patient-", 0).factory());
  private volatile boolean trusted;

  /** What is done for the caller. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

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

  private void await(String what, Step step) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    helpers.execute(() -> {
      try {
        step.run();
        done.complete(null);
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    });
    long until = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          done.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true; // an interrupt never fails an operation of a device
        } catch (TimeoutException e) {
          throw new DeviceException(
              "%s: a %s did not return within %d ms".formatted(this, what, patience.toMillis()));
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case IOException io -> throw io;
            case RuntimeException r -> throw r;
            case Error er -> throw er;
            case null, default -> throw new IOException(e);
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
