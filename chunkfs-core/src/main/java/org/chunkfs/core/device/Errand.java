package org.chunkfs.core.device;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An operation on a device that a thread of its own runs, so that whoever needs it can leave when
 * the device does not answer.
 */
public final class Errand {
  private static final long LOOK_MILLIS = 20;

  private boolean done; // guarded by this
  private @Nullable Throwable failure; // guarded by this

  /** What is done. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  private Errand() {}

  /**
   * Runs a step and waits for its end, or until it is not wanted any more; it may then still end
   * some time.
   *
   * @param name of the thread meanwhile
   * @return false if it was left alone
   */
  public static boolean run(String name, Step step, BooleanSupplier unwanted) throws IOException {
    Errand errand = new Errand();
    Workers.start(name, () -> errand.run(step));
    return errand.await(unwanted);
  }

  private void run(Step step) {
    Throwable failed = null;
    try {
      step.run();
    } catch (Throwable e) {
      failed = e;
    }
    synchronized (this) {
      failure = failed;
      done = true;
      notifyAll();
    }
  }

  private synchronized boolean await(BooleanSupplier unwanted) throws IOException {
    boolean interrupted = false;
    while (!done && !unwanted.getAsBoolean()) {
      try {
        wait(LOOK_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true; // an interrupt never fails an operation of a device
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    }
    return done;
  }
}
