package org.chunkfs.core.volume;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Retry;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.FsException;
import org.jspecify.annotations.Nullable;

/**
 * Runs operations against chunks: reads under one chunk's read lock, updates as mini-transactions
 * under the write locks of all chunks they touch.
 *
 * <p>An operation is plain code. Where it lacks something (a block in memory, a chunk's lock, free
 * space, room in a ring), it is abandoned, the lack is made good with no lock held, and it is run
 * again from its start; so it must not change anything but through its {@link Tx}.
 */
final class Engine {
  /** An operation that only reads, in one chunk. */
  @FunctionalInterface
  interface ReadOp<T extends @Nullable Object> {
    T run(Chunk chunk) throws IOException;
  }

  /** An operation that changes something. */
  @FunctionalInterface
  interface UpdateOp<T extends @Nullable Object> {
    T run(Tx tx) throws IOException;
  }

  /** Most chunks that one commit may change. */
  static final int MAX_PARTICIPANTS = 8;

  /** An append slower than this makes its chunk suspect. */
  private static final long SLOW_NANOS = 100_000_000;

  private final Chunks chunks;
  private final History history;
  private final Durability durability;
  private final Checkpointer checkpointer;
  private final VolumeOptions options;
  private final Updates updates;
  private final LongAdder commits = new LongAdder();
  private final LongAdder dataBytes = new LongAdder();

  Engine(
      Chunks chunks,
      History history,
      Durability durability,
      Checkpointer checkpointer,
      VolumeOptions options) {
    this.chunks = chunks;
    this.updates = chunks.updates();
    this.history = history;
    this.durability = durability;
    this.checkpointer = checkpointer;
    this.options = options;
  }

  Chunks chunks() {
    return chunks;
  }

  VolumeOptions options() {
    return options;
  }

  /** The deadline of a request that begins now. */
  long deadline() {
    return System.nanoTime() + options.deadline().toNanos();
  }

  /** The time that goes into inodes, nanoseconds since 1970. */
  long now() {
    Instant now = options.clock().instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  long commits() {
    return commits.sum();
  }

  /** File data was handed to the device; so many bytes wait for a flush. */
  void wroteData(long bytes) {
    dataBytes.add(bytes);
    checkpointer.wroteData(bytes);
  }

  long dataBytes() {
    return dataBytes.sum();
  }

  /**
   * Runs a reading operation under a chunk's read lock.
   *
   * @param deadline System.nanoTime() value
   */
  <T extends @Nullable Object> T read(int chunk, long deadline, ReadOp<T> op) throws IOException {
    while (true) {
      Retry.BlockMiss miss;
      try {
        Chunk c = chunks.forReading(chunk, deadline);
        c.lock().lockRead(deadline);
        try {
          return op.run(c);
        } catch (Retry.BlockMiss e) {
          miss = e;
        } finally {
          c.lock().unlockRead();
        }
        checkDeadline(deadline, chunk);
        load(miss, deadline);
      } catch (IOException e) {
        answer(e, deadline);
      }
    }
  }

  /**
   * What an exception means: damage fences its chunk; what may pass by waiting is tried again, as
   * policy says; everything else is the caller's.
   */
  void answer(IOException e, long deadline) throws IOException {
    int chunk = chunks.judge(e);
    if (chunk < 0 || System.nanoTime() > deadline || !chunks.worthWaiting(chunk)) {
      throw e;
    }
  }

  /**
   * Runs an update and commits it; on return its effects are visible and survive the death of this
   * process.
   *
   * @param deletion may use the space kept for deletion
   * @param first the chunks it surely changes
   */
  <T extends @Nullable Object> T update(
      long deadline, boolean deletion, UpdateOp<T> op, int... first) throws IOException {
    requireWritable();
    int[] wanted = distinct(first);
    boolean flushed = false;
    while (true) {
      Retry lack;
      int waiting = wanted[0];
      try {
        Chunk[] locked = lock(wanted, deadline);
        Update update = new Update(locked, System.nanoTime());
        updates.add(update);
        Tx tx = new Tx(locked, deletion, now());
        boolean done = false;
        try {
          T result = op.run(tx);
          tx.prepare();
          commit(update, tx);
          done = true;
          return result;
        } catch (Retry e) {
          lack = e;
        } finally {
          if (!done) {
            tx.abort();
          }
          if (update.finish()) {
            unlock(locked, locked.length);
          }
          updates.remove(update);
        }
        checkDeadline(deadline, waiting);
        if (lack instanceof Retry.FlushNeeded need) {
          if (flushed) {
            throw noSpace(need.chunk().id());
          }
          flushed = true;
        }
        wanted = makeGood(lack, wanted, deadline);
      } catch (DeviceFullException e) {
        throw hostFull(e);
      } catch (IOException e) {
        answer(e, deadline);
      }
    }
  }

  private void requireWritable() throws IOException {
    if (options.readOnly()) {
      throw new FsException(FsException.Reason.READ_ONLY, "the image is open for reading only");
    }
    IOException failure = durability.failure();
    if (failure != null) {
      throw new FsException(
          FsException.Reason.READ_ONLY,
          "the image is read-only since a flush failed ("
              + failure.getMessage()
              + "); open it anew");
    }
  }

  /** What a request is answered when the host's disk is full. */
  static FsException hostFull(DeviceFullException e) {
    return new FsException(
        FsException.Reason.NO_SPACE, "the host has no room for the image: " + e.getMessage());
  }

  private static FsException noSpace(int chunk) {
    return FsException.noSpace(chunk, "chunk " + chunk + " has no free block left");
  }

  private static int[] distinct(int[] ids) {
    int[] sorted = ids.clone();
    Arrays.sort(sorted);
    int n = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[n - 1]) {
        sorted[n++] = sorted[i];
      }
    }
    return n == sorted.length ? sorted : Arrays.copyOf(sorted, n);
  }

  private Chunk[] lock(int[] wanted, long deadline) throws IOException {
    Chunk[] locked = new Chunk[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      locked[i] = chunks.forWriting(wanted[i], deadline);
    }
    int held = 0;
    try {
      for (Chunk c : locked) {
        c.lock().lockWrite(deadline);
        held++;
      }
      Chunk[] result = locked;
      held = 0;
      return result;
    } finally {
      unlock(locked, held);
    }
  }

  private static void unlock(Chunk[] locked, int count) {
    for (int i = count - 1; i >= 0; i--) {
      locked[i].lock().unlockWrite();
    }
  }

  private void commit(Update update, Tx tx) throws IOException {
    @Nullable ChunkTx[] parts = tx.changed();
    int[] participants = new int[parts.length];
    int n = 0;
    for (ChunkTx part : parts) {
      if (part != null) {
        participants[n++] = part.chunk();
      }
    }
    if (n == 0) {
      return;
    }
    if (n > MAX_PARTICIPANTS) {
      throw new IllegalStateException(n + " chunks in one commit");
    }
    if (!update.startCommit()) {
      throw revoked(update.culprit());
    }
    for (ChunkTx part : parts) {
      if (part != null) {
        Chunk chunk = part.target();
        update.enter(chunk);
        chunks.beforeAppend(chunk);
        durability.stampIfCovered(chunks.slot(chunk.id()), chunk);
      }
    }
    update.enter(null);
    long g = history.take();
    update.g = g;
    if (update.stage() == Update.Stage.REVOKED) {
      chunks.voids().lost(participants[0], g);
    }
    append(update, parts, participants, n, g);
    if (!update.finish()) {
      throw revoked(update.culprit());
    }
    history.written(g);
    commits.increment();
    for (ChunkTx part : parts) {
      if (part != null) {
        part.publish(g);
        ChunkSlot slot = chunks.slot(part.chunk());
        slot.lastG = g;
        if (slot.unstampedSince == 0) {
          slot.unstampedSince = g;
        }
        checkpointer.appended(slot, part.target());
      }
    }
  }

  private void append(Update update, @Nullable ChunkTx[] parts, int[] participants, int n, long g)
      throws IOException {
    for (int i = 0; i < parts.length; i++) {
      ChunkTx part = parts[i];
      update.positions[i] = -1;
      if (part != null) {
        Chunk chunk = part.target();
        update.enter(chunk);
        update.predecessors[i] = chunk.ring().lastG();
        long from = n > 1 || (g & 0xF) == 0 ? System.nanoTime() : 0;
        try {
          update.positions[i] = part.append(g, participants, n);
        } catch (IOException | RuntimeException | Error e) {
          if (update.finish()) {
            chunks.voids().commitFailed(update, i, e);
          }
          throw e;
        }
        if (from != 0 && System.nanoTime() - from > SLOW_NANOS) {
          chunks.slow(chunk);
        }
      }
      update.appended = i + 1;
    }
    update.enter(null);
  }

  static ChunkUnavailableException revoked(int chunk) {
    return new ChunkUnavailableException(
        chunk, "chunk " + chunk + " was taken out of service during the request; try again");
  }

  /** Reads a block; what an incarnation that is over finds says nothing about the chunk now. */
  private void load(Retry.BlockMiss miss, long deadline) throws IOException {
    try {
      miss.chunk().load(miss.block(), deadline);
    } catch (CorruptException | ChunkIoException e) {
      if (chunks.isOver(miss.chunk())) {
        throw revoked(miss.chunk().id());
      }
      throw e;
    }
    checkpointer.loaded();
  }

  /** Does what an abandoned operation lacked; returns the chunks to lock next time. */
  private int[] makeGood(Retry lack, int[] wanted, long deadline) throws IOException {
    switch (lack) {
      case Retry.BlockMiss miss -> load(miss, deadline);
      case Retry.ChunkMiss miss -> {
        int[] more = Arrays.copyOf(wanted, wanted.length + 1);
        more[wanted.length] = miss.chunk();
        return distinct(more);
      }
      case Retry.SpaceUnknown unknown -> unknown.chunk().learnSpace(deadline);
      case Retry.FlushNeeded need -> makeReusable(need.chunk(), deadline);
      case Retry.RingFull full -> checkpointer.makeRoom(full.chunk(), deadline);
    }
    return wanted;
  }

  /** Makes the blocks that were freed in a chunk usable again. */
  void makeReusable(Chunk chunk, long deadline) throws IOException {
    durability.forCheckpoint(chunks.slot(chunk.id()), chunk, deadline).settle(chunk.ring().lastG());
    chunk.release(durability.recorded());
  }

  /** The last commit number that was given. */
  long lastNumber() {
    return history.last();
  }

  /** Everything acknowledged so far is durable on return. */
  void sync(long deadline) throws IOException {
    if (!options.readOnly()) {
      durability.stable(history.last(), deadline);
    }
  }

  /**
   * Says in every journal how far all is durable, so that damage to its end cannot pass for commits
   * that were never finished. Everything acknowledged is durable already.
   */
  void seal(long deadline) throws IOException {
    boolean sealed = false;
    for (int i = 0; i < chunks.count(); i++) {
      ChunkSlot slot = chunks.slot(i);
      Chunk chunk = slot.current;
      if (chunk == null) {
        continue;
      }
      try {
        chunk.lock().lockWrite(deadline);
      } catch (ChunkUnavailableException e) {
        continue; // it has no say
      }
      try {
        if (slot.unstampedSince != 0 && chunk.ring().usedBytes() > 0) {
          chunk.ring().alignHead(); // what damages the last commit should spare the stamp
          durability.stampIfCovered(slot, chunk);
          sealed = true;
        }
      } finally {
        chunk.lock().unlockWrite();
      }
    }
    if (sealed) {
      durability.flush(deadline);
    }
  }

  private static void checkDeadline(long deadline, int chunk) throws DeadlineException {
    if (System.nanoTime() > deadline) {
      throw new DeadlineException(
          "a request to chunk " + chunk + " took too long; nothing was changed, try again");
    }
  }
}
