package org.chunkfs.core.chunk;

import java.io.IOException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.DeadlineException;

/**
 * The lock of one incarnation: many readers or one writer, writers first, every wait with a
 * deadline. Fencing it answers all waiters at once; whoever holds it keeps a lock that nobody will
 * ever want again.
 */
public final class ChunkLock {
  private final int chunk;
  private int readers;
  private boolean writer;
  private int waitingWriters;
  private int waiting;
  private boolean fenced;

  public ChunkLock(int chunk) {
    this.chunk = chunk;
  }

  /**
   * @param deadline System.nanoTime() value
   */
  public synchronized void lockRead(long deadline) throws IOException {
    while (true) {
      refuseFenced();
      if (!writer && waitingWriters == 0) {
        readers++;
        return;
      }
      await(deadline);
    }
  }

  public synchronized void unlockRead() {
    readers--;
    wake();
  }

  /**
   * @param deadline System.nanoTime() value
   */
  public synchronized void lockWrite(long deadline) throws IOException {
    waitingWriters++;
    try {
      while (true) {
        refuseFenced();
        if (!writer && readers == 0) {
          writer = true;
          return;
        }
        await(deadline);
      }
    } finally {
      waitingWriters--;
      if (!writer) {
        wake();
      }
    }
  }

  public synchronized void unlockWrite() {
    writer = false;
    wake();
  }

  /**
   * Revokes the lock: every wait for it, now and later, is answered with ChunkUnavailableException.
   */
  public synchronized void fence() {
    fenced = true;
    notifyAll();
  }

  private void refuseFenced() throws IOException {
    if (fenced) {
      throw new ChunkUnavailableException(
          chunk, "chunk " + chunk + " is out of service; try again");
    }
  }

  private void wake() {
    if (waiting > 0) {
      notifyAll();
    }
  }

  private void await(long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new DeadlineException("chunk " + chunk + " did not answer in time; try again");
    }
    waiting++;
    boolean interrupted = false;
    try {
      wait(Math.max(1, Math.min(left / 1_000_000, 60_000)));
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      waiting--;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new DeadlineException(
          "interrupted while waiting for chunk " + chunk + "; nothing was changed");
    }
  }
}
