package org.chunkfs.cli.torture;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work that is stopped (SIGINT, SIGTERM) come to its end and say what it has found, before
 * what it works on is taken away, if that does not take long.
 */
public final class LastWord {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch said = new CountDownLatch(1);
  private final Runnable stop;

  /**
   * @param stop makes the work end soon
   */
  public LastWord(Runnable stop) {
    this.stop = stop;
  }

  /** Stops the work, and waits until all is said; for the thread that ends the process. */
  public void await() {
    stop.run();
    try {
      said.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All is said. */
  public void said() {
    said.countDown();
  }
}
