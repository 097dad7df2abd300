package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Does the same for many chunks, some of them at once. */
public final class Parallel {
  private Parallel() {}

  /**
   * The results of {@code work} for each chunk, in their order.
   *
   * @param threads how many chunks are worked on at once
   * @throws IOException only if interrupted
   */
  public static <T> List<T> map(List<Integer> chunks, int threads, IntFunction<T> work)
      throws IOException {
    int used = Math.min(threads, chunks.size());
    List<T> results = new ArrayList<>(chunks.size());
    if (used <= 1) {
      chunks.forEach(chunk -> results.add(work.apply(chunk)));
      return results;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(used, Thread.ofPlatform().daemon().name("fsck-", 0).factory());
    try {
      List<Future<T>> tasks = new ArrayList<>(chunks.size());
      for (int chunk : chunks) {
        tasks.add(pool.submit(() -> work.apply(chunk)));
      }
      for (Future<T> task : tasks) {
        results.add(task.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the check was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error; // no memory: not a bug of this program
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
