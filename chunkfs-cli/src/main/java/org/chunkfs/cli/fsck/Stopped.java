package org.chunkfs.cli.fsck;

import java.io.PrintWriter;
import java.util.BitSet;
import org.chunkfs.fsck.ExitCode;

/**
 * Tells a user who stops a check (SIGINT, SIGTERM) what it has found up to then and how to go on;
 * the exit code is then that of a check that was cancelled. What it was writing is left as it is:
 * the next run goes on from there.
 */
public final class Stopped implements AutoCloseable {
  private final Thread hook;
  private boolean over;

  private Stopped(CheckProgress progress, BitSet wanted, PrintWriter to) {
    this.hook = new Thread(() -> tell(progress, wanted, to), "fsck-stopped");
  }

  /**
   * From now on, until it is closed.
   *
   * @param wanted chunks that the check is to look into
   */
  public static Stopped tells(CheckProgress progress, BitSet wanted, PrintWriter to) {
    Stopped stopped = new Stopped(progress, wanted, to);
    Runtime.getRuntime().addShutdownHook(stopped.hook);
    return stopped;
  }

  private void tell(CheckProgress progress, BitSet wanted, PrintWriter to) {
    synchronized (this) {
      if (over) {
        return;
      }
    }
    to.println();
    progress.stopped(wanted).forEach(to::println);
    to.flush();
    Runtime.getRuntime().halt(ExitCode.CANCELLED.bit());
  }

  /** The check is done: what comes now is the report. */
  public synchronized void not() {
    over = true;
  }

  @Override
  public void close() {
    not();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is going down already.
    }
  }
}
