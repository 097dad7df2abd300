package org.chunkfs.core.device;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocking work on threads of its own, which nobody else knows and so nobody can interrupt; the
 * caller waits for it, through interrupts too.
 */
final class Tasks {
  private Tasks() {}

  /** Something that blocks and may fail. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  /**
   * Runs all tasks at once and returns when all have ended.
   *
   * @throws IOException the first failure in the order of the tasks; the others are suppressed in
   *     it
   */
  static void runAll(List<? extends Task> tasks) throws IOException {
    List<Running> all = new ArrayList<>(tasks.size());
    for (Task task : tasks) {
      all.add(new Running(task));
    }
    for (Running running : all) {
      running.await();
    }
    throwFirst(all);
  }

  private static void throwFirst(List<Running> all) throws IOException {
    Throwable first = null;
    for (Running running : all) {
      Throwable failure = running.failure;
      if (first == null) {
        first = failure;
      } else if (failure != null && failure != first) {
        first.addSuppressed(failure);
      }
    }
    switch (first) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(first);
    }
  }

  /** A task, its thread, and how it ended. */
  private static final class Running {
    private final Thread thread;
    private @Nullable Throwable failure; // written by the thread, read after its end

    Running(Task task) {
      thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  task.run();
                } catch (Throwable e) {
                  failure = e;
                }
              });
    }

    void await() {
      boolean interrupted = false;
      for (; ; ) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
