package org.chunkfs.core.device;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what must not hold up its caller: as many as are inside a task at that moment, and
 * each is used again for a while, since to make one costs more than most tasks. A task that never
 * returns keeps its thread, and nobody else's.
 */
public final class Workers {
  private static final long IDLE_SECONDS = 5;

  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("chunkfs-idle").factory());

  private Workers() {}

  /**
   * Starts a task.
   *
   * @param name of the thread while it runs, for whoever looks at a thread dump
   */
  public static void start(String name, Runnable task) {
    POOL.execute(() -> {
      Thread self = Thread.currentThread();
      if (!self.getName().equals(name)) {
        self.setName(name);
      }
      task.run();
    });
  }
}
