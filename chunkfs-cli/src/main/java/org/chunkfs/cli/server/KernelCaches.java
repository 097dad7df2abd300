package org.chunkfs.cli.server;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.chunkfs.cli.fuse.FuseNotifier;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkEvent;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Volume;

/**
 * Makes the kernel forget what it has cached of a chunk that came back: a repair may have changed
 * it. On a thread of its own, since the kernel may make it wait for requests under way.
 */
final class KernelCaches {
  private final FuseNotifier kernel;
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("kernel-caches").factory());

  KernelCaches(FuseNotifier kernel) {
    this.kernel = kernel;
  }

  void follow(Volume volume) {
    volume.addListener(this::changed);
  }

  private void changed(ChunkEvent event) {
    boolean back = event.to() == ChunkState.ONLINE || event.to() == ChunkState.READ_ONLY;
    boolean wasServing = event.from() == ChunkState.ONLINE || event.from() == ChunkState.SUSPECT;
    if (back && !wasServing) {
      try {
        thread.execute(() -> forget(event.chunk()));
      } catch (RejectedExecutionException e) {
        // The mount is ending, and the kernel forgets everything.
      }
    }
  }

  private void forget(int chunk) {
    try {
      kernel.invalidateKnown(id -> Ino.chunk(Ino.ofId(id)) == chunk);
    } catch (IOException e) {
      // It is unmounted; or the caches end with their time, which is a second by default.
    }
  }
}
