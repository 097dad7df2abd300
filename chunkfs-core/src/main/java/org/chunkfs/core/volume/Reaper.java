package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Retry;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.Items.Orphan;

/**
 * Frees inodes that have no name left, and finishes trims, in bounded steps. Whoever removed the
 * last name does it at once; what takes longer, and what a crash left over, is done in the
 * background.
 */
final class Reaper {
  private static final long AT_ONCE_NANOS = 3_000_000_000L;
  private static final int BATCH = 64;
  private static final long RETRY_MILLIS = 2000;

  private final Engine engine;
  private final FileData data;
  private final OpenFiles open;
  private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>();
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean busy;

  /** Something to do: an inode to free or trim, or a chunk to look through (id < 0). */
  private record Job(long id, int reason, long from, long to, int chunk) {}

  Reaper(Engine engine, FileData data, OpenFiles open) {
    this.engine = engine;
    this.data = data;
    this.open = open;
    this.thread = Thread.ofPlatform().daemon().name("chunkfs-reaper").unstarted(this::run);
  }

  void start() {
    busy = true;
    thread.start();
  }

  void stop() {
    stopped = true;
    queue.add(new Job(0, 0, 0, 0, -1));
  }

  /** After {@link #stop}: waits for what it is about, but not for long. */
  void await() {
    Waiting.forEnd(thread);
  }

  long failures() {
    return failures.get();
  }

  /** Whether nothing is left to be freed in the background. */
  boolean idle() {
    return queue.isEmpty() && !busy;
  }

  /** Frees what an inode holds and the inode, inside a transaction, if it is little. */
  boolean freeSmall(Tx tx, long id) throws IOException {
    return data.freeSmall(tx, id);
  }

  /** Frees an orphan (0: none), now if that is quick, else later. */
  void enqueue(long id) {
    if (id == 0) {
      return;
    }
    long deadline = System.nanoTime() + AT_ONCE_NANOS;
    try {
      free(id, deadline);
    } catch (IOException e) {
      queue.add(new Job(id, Orphan.UNLINKED, 0, 0, -1));
    }
  }

  /** The orphans of a chunk that begins to serve; trims are noted before anybody can write. */
  void recovered(Chunk chunk) throws IOException {
    boolean any = false;
    for (long from = 0; ; ) {
      List<OrphanIndex.Entry> entries = read(chunk, from);
      for (OrphanIndex.Entry e : entries) {
        if (e.reason() == Orphan.TRIM) {
          data.trimPending(e.id(), e.from(), e.to());
        }
        any = true;
        from = Ino.ofId(e.id()) + 1;
      }
      if (entries.size() < BATCH) {
        break;
      }
    }
    if (any) {
      queue.add(new Job(-1, 0, 0, 0, chunk.id()));
    }
  }

  private static List<OrphanIndex.Entry> read(Chunk chunk, long from) throws IOException {
    while (true) {
      try {
        return OrphanIndex.list(chunk, from, BATCH);
      } catch (Retry.BlockMiss miss) {
        chunk.load(miss.block(), Long.MAX_VALUE);
      }
    }
  }

  /** Orphans of chunks that nobody has touched since the opening. */
  private void wakeAll() {
    Chunks chunks = engine.chunks();
    for (int i = 0; i < chunks.count() && !stopped; i++) {
      ChunkSlot slot = chunks.slot(i);
      if (slot.initialized && slot.serves() && slot.current == null) {
        try {
          chunks.forReading(i, engine.deadline());
        } catch (IOException e) {
          chunks.judge(e);
        }
      }
    }
  }

  private void run() {
    wakeAll();
    busy = false;
    List<Job> later = new ArrayList<>();
    while (!stopped) {
      Job job = next(later);
      if (job == null || stopped) {
        continue;
      }
      try {
        if (job.id < 0) {
          lookThrough(job.chunk);
        } else if (job.reason == Orphan.TRIM) {
          data.finishTrim(job.id, job.from, job.to, engine.deadline());
        } else {
          free(job.id, engine.deadline());
        }
      } catch (IOException | RuntimeException e) {
        failures.incrementAndGet();
        later.add(job);
      }
      busy = false;
    }
  }

  private @org.jspecify.annotations.Nullable Job next(List<Job> later) {
    try {
      Job job = queue.poll(RETRY_MILLIS, TimeUnit.MILLISECONDS);
      busy = job != null;
      if (job == null) {
        queue.addAll(later);
        later.clear();
      }
      return job;
    } catch (InterruptedException e) {
      return null; // a thread of our own: an interrupt means nothing
    }
  }

  private void lookThrough(int chunk) throws IOException {
    for (long from = 0; ; ) {
      long at = from;
      List<OrphanIndex.Entry> entries =
          engine.read(chunk, engine.deadline(), c -> OrphanIndex.list(c, at, BATCH));
      for (OrphanIndex.Entry e : entries) {
        if (!open.isHeld(e.id())) {
          queue.add(new Job(e.id(), e.reason(), e.from(), e.to(), chunk));
        }
        from = Ino.ofId(e.id()) + 1;
      }
      if (entries.size() < BATCH) {
        return;
      }
    }
  }

  /** Frees an inode without names, as far as it is still there. */
  private void free(long id, long deadline) throws IOException {
    if (open.isHeld(id)) {
      return;
    }
    try {
      data.freeAll(id, deadline);
    } catch (FsException e) {
      if (e.reason() != FsException.Reason.STALE) {
        throw e;
      }
      // somebody else freed it
    }
  }
}
