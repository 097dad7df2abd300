package org.chunkfs.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that do one job together; the first one that fails speaks for all. */
final class Crew {
  /** What one of them does. */
  @FunctionalInterface
  interface Job {
    void run() throws IOException;
  }

  private final String name;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Crew(String name) {
    this.name = name;
  }

  void start(Job job) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name("demo-" + name + "-" + threads.size())
            .start(() -> {
              try {
                job.run();
              } catch (IOException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
              }
            }));
  }

  /** Waits for all of them. */
  void join() throws IOException {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
