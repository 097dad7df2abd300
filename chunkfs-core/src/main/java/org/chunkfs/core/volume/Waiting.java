package org.chunkfs.core.volume;

import java.io.IOException;
import org.chunkfs.core.error.DeadlineException;

/** Waits on monitors, with deadlines. */
final class Waiting {
  private static final long END_MILLIS = 1_000;

  private Waiting() {}

  /**
   * Waits at most {@code nanos} for a notification; the caller holds the monitor.
   *
   * @throws DeadlineException if the thread was interrupted
   */
  static void on(Object monitor, long nanos, String doing) throws IOException {
    boolean interrupted = false;
    try {
      monitor.wait(Math.clamp(nanos / 1_000_000, 1, 60_000));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new DeadlineException("interrupted while " + doing + "; try again");
    }
  }

  /** Waits for a notification, on a thread that nobody interrupts. */
  static void quietly(Object monitor) {
    quietly(monitor, 60_000);
  }

  /** Waits at most {@code millis} for a notification, on a thread that nobody interrupts. */
  static void quietly(Object monitor, long millis) {
    try {
      monitor.wait(millis);
    } catch (InterruptedException e) {
      // a thread of our own: an interrupt means nothing
    }
  }

  /** Until a thread that was told to stop has ended, or for a second. */
  static void forEnd(Thread thread) {
    try {
      if (thread.isAlive()) {
        thread.join(END_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
