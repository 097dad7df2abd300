package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.error.ChunkFsException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;

/**
 * The threads that answer one connection's requests. Each worker takes a request, serves it, and
 * takes the next; as long as no other worker is waiting for one, another is started, up to the
 * mount's limit, so that requests that wait (for a flush, for a slow device) do not hold up the
 * rest.
 *
 * <p>All workers read the one descriptor: whoever holds it can hand the connection on to another
 * process. The kernel wakes one reader per request.
 */
final class FuseServer {
  private final FuseDevice device;
  private final MountOptions options;
  private final FuseContext context;
  private final FuseOperations operations;
  private final FuseLog log;
  private final FuseNotifier notifier;
  private final FuseDeadline deadline;
  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final CountDownLatch disconnected = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);

  FuseServer(FuseDevice device, Vfs vfs, MountOptions options, FuseLog log) {
    this.device = device;
    this.options = options;
    this.log = log;
    this.context = new FuseContext(vfs, options, FuseServer::now);
    this.operations = new FuseOperations(context);
    this.notifier = new FuseNotifier(device, context);
    this.deadline = new FuseDeadline(device, log, options.lateAfter());
  }

  private static long now() {
    java.time.Instant now = java.time.Instant.now();
    return now.getEpochSecond() * FuseContext.SECOND + now.getNano();
  }

  /** Answers the kernel's first request and starts serving; on return the mount answers. */
  void start() throws IOException {
    new FuseInit(options)
        .handshake(
            device,
            new FuseRequest(Arena.ofAuto(), MountOptions.MAX_REQUEST),
            new FuseReply(Arena.ofAuto(), MountOptions.MAX_REQUEST));
    deadline.start();
    startWorker();
  }

  FuseNotifier notifier() {
    return notifier;
  }

  /**
   * Waits until the kernel has ended the connection, and then up to {@code grace} for the requests
   * still being served; returns whether none is left.
   */
  boolean awaitEnd(Duration grace) throws InterruptedException {
    disconnected.await();
    return finished.await(grace.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether the kernel has ended the connection within {@code time}. */
  boolean disconnectedWithin(Duration time) throws InterruptedException {
    return disconnected.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void startWorker() {
    int number = workers.incrementAndGet();
    if (number > options.threads()) {
      workers.decrementAndGet();
      return;
    }
    Thread thread = new Worker("fuse-" + number);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      workers.decrementAndGet();
      log.problem("No memory for one more thread; " + workers.get() + " go on.", null);
    }
  }

  /** One thread that serves requests. */
  final class Worker extends Thread {
    // Not freed by hand: a device that hangs may hold on to a buffer after its request was
    // answered.
    private final FuseRequest request = new FuseRequest(Arena.ofAuto(), MountOptions.MAX_REQUEST);
    private final FuseReply reply = new FuseReply(Arena.ofAuto(), MountOptions.MAX_REQUEST);
    private final FuseDeadline.Desk desk = deadline.desk();

    Worker(String name) {
      super(name);
    }

    @Override
    public void run() {
      try {
        boolean more = true;
        while (more) {
          waiting.incrementAndGet();
          long length = request.receive(device);
          boolean alone = waiting.decrementAndGet() == 0;
          if (length < 0) {
            more = retry(length);
          } else {
            if (alone) {
              startWorker();
            }
            answer();
          }
        }
      } finally {
        deadline.leave(desk);
        if (workers.decrementAndGet() == 0) {
          deadline.stop();
          disconnected.countDown();
          finished.countDown();
        }
      }
    }

    /**
     * Whether a failed read of the device is no reason to stop: the request was taken back, or a
     * signal came.
     */
    private boolean retry(long error) {
      if (Errno.ENOENT.is(error) || Errno.EINTR.is(error) || Errno.EAGAIN.is(error)) {
        return true;
      }
      if (!Errno.ENODEV.is(error) && !Errno.ECONNABORTED.is(error)) {
        log.problem("Reading /dev/fuse failed: " + Errno.name(error) + ".", null);
      }
      disconnected.countDown();
      return false;
    }

    private void answer() {
      long unique = request.unique();
      boolean answers = FuseOperations.answers(request.opcode());
      if (answers) {
        desk.begin(unique, request.opcode());
      }
      int result = serve();
      if (answers && !desk.end()) {
        // Too late: the kernel has had its answer, and knows of no hold.
        long unheard = reply.takeHeld();
        if (result >= 0 && unheard != 0) {
          letGo(unheard);
        }
        return;
      }
      if (result == FuseOperations.NO_REPLY) {
        return;
      }
      long sent =
          result >= 0
              ? reply.send(device, unique, result)
              : reply.sendError(device, unique, result);
      long held = reply.takeHeld();
      if (sent == 0 || result < 0) {
        return;
      }
      if (held != 0) {
        letGo(held);
      }
      if (!Errno.ENOENT.is(sent) && !Errno.ENODEV.is(sent)) {
        log.problem(
            "The kernel refused the answer to request %d: %s."
                .formatted(request.opcode(), Errno.name(sent)),
            null);
        // Whoever waits for it must not wait for ever.
        reply.sendError(device, unique, Errno.EIO.negative());
      }
    }

    /** Whatever goes wrong in one request becomes that request's error, and no more. */
    private int serve() {
      try {
        return operations.serve(request, reply);
      } catch (FsException e) {
        return Errno.of(e).negative();
      } catch (ChunkFsException e) {
        log.problem(e.getMessage(), null);
        return Errno.of(e).negative();
      } catch (Throwable e) {
        log.problem("Request " + request.opcode() + " failed: " + e, e);
        return Errno.of(e).negative();
      }
    }

    private void letGo(long node) {
      try {
        context.vfs.release(node);
      } catch (IOException | RuntimeException e) {
        log.problem("Cannot let go of an inode whose opener is gone: " + e, e);
      }
    }
  }
}
