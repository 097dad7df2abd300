package org.chunkfs.cli.fuse;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests whose worker is late, from a thread that serves none. Every call of the volume
 * has a deadline of its own; a request is late only when its worker is stuck inside a device that
 * does not return, and the worker then stays there alone.
 */
final class FuseDeadline {
  private static final long LOOK_NANOS = 200_000_000;

  private final FuseDevice device;
  private final FuseLog log;
  private final long limit;
  private final List<Desk> desks = new CopyOnWriteArrayList<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("fuse-deadline").unstarted(this::run);
  private volatile boolean stopped;

  /** A request that has been received and not been answered. */
  private record Pending(long unique, int opcode, long since) {}

  /** Where one worker says what it is working on. */
  static final class Desk {
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();

    /** A request that will be answered has been received. */
    void begin(long unique, int opcode) {
      pending.set(new Pending(unique, opcode, System.nanoTime()));
    }

    /** It is to be answered now; false if it has been answered in the worker's name. */
    boolean end() {
      return pending.getAndSet(null) != null;
    }
  }

  /**
   * @param limit after which a request is late, nanoseconds
   */
  FuseDeadline(FuseDevice device, FuseLog log, long limit) {
    this.device = device;
    this.log = log;
    this.limit = limit;
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  Desk desk() {
    Desk desk = new Desk();
    desks.add(desk);
    return desk;
  }

  void leave(Desk desk) {
    desks.remove(desk);
  }

  private void run() {
    FuseReply reply = new FuseReply(Arena.ofAuto(), 1 << 12);
    while (!stopped) {
      LockSupport.parkNanos(LOOK_NANOS);
      for (Desk desk : desks) {
        Pending late = desk.pending.get();
        if (late != null
            && System.nanoTime() - late.since > limit
            && desk.pending.compareAndSet(late, null)) {
          log.problem(
              "Request %d did not return within %d ms; it is answered with EIO."
                  .formatted(late.opcode, limit / 1_000_000),
              null);
          reply.sendError(device, late.unique, Errno.EIO.negative());
        }
      }
    }
  }
}
