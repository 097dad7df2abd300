package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * What one chunk's slow, and then dead, device costs the others: requests are counted in windows of
 * time, with a window without a fault before and after each one with, so that whatever else the
 * machine does is in all of them alike. After each hang the chunk comes back in the running volume.
 */
public final class IsolationRun {
  private static final int CHUNKS = 4;
  private static final Duration STALL = Duration.ofMillis(400);
  private static final Duration DEADLINE = Duration.ofSeconds(3);
  private static final long SLOW_NANOS = 120_000_000;
  private static final long PAUSE_NANOS = 2_000_000;

  /**
   * Between a worker's requests. A load that fills a journal within the time after which a chunk is
   * fenced would measure something else: no journal is emptied while a commit before its own is on
   * its way.
   */
  private static final long THINK_NANOS = 200_000;

  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  private final FaultyDevice device;
  private final Volume volume;
  private final List<Worker> others = new ArrayList<>();
  private final List<Worker> victims = new ArrayList<>();
  private final int victim;
  private volatile boolean over;
  private volatile @Nullable String wrong;

  /**
   * What was measured.
   *
   * @param whileSlow median share of their normal throughput that the other chunks had while the
   *     device of one was slow
   * @param whileHung and while it hung
   * @param requests requests to the others that were answered
   * @param slowestVictim longest that a request to the chunk took that was not itself inside the
   *     device when that stopped answering, nanoseconds
   * @param slowestOther longest that a request to another chunk took
   * @param wrong a promise that was broken, in words; null: none
   */
  public record Result(
      double whileSlow,
      double whileHung,
      long requests,
      long slowestVictim,
      long slowestOther,
      @Nullable String wrong) {}

  /** One thread that makes, writes, reads and removes a file in its directory, over and over. */
  private final class Worker {
    final long directory;
    final Thread thread;
    final AtomicLong requests = new AtomicLong();
    volatile long slowest;
    volatile long failures;

    Worker(String name) throws IOException {
      this(volume.mkdir(volume.root(), bytes(name), DIRECTORY).id(), name);
    }

    /** In a directory that is there already. */
    Worker(long directory, String name) {
      this.directory = directory;
      thread = Thread.ofPlatform().daemon().name("isolation-" + name).unstarted(this::work);
    }

    private void work() {
      ByteBuffer data = ByteBuffer.allocate(3000);
      byte[] name = bytes("f" + Thread.currentThread().threadId());
      for (long n = 0; !over && wrong == null; n++) {
        long from = System.nanoTime();
        try {
          switch ((int) (n % 4)) {
            case 0 -> volume.create(directory, name, FILE);
            case 1 -> volume.write(find(name), 0, data.clear());
            case 2 -> volume.read(find(name), 0, data.clear());
            default -> volume.unlink(directory, name);
          }
          requests.incrementAndGet();
        } catch (ChunkUnavailableException | DeadlineException e) {
          failures++;
          n = -1; // what its files are like is found out anew
          forget(name);
        } catch (IOException | RuntimeException e) {
          fail(thread.getName() + ": " + e);
        }
        slowest = Math.max(slowest, System.nanoTime() - from);
        LockSupport.parkNanos(THINK_NANOS);
      }
    }

    private long find(byte[] name) throws IOException {
      return volume.lookup(directory, name).id();
    }

    /** Takes away what an interrupted turn has left; asks until the chunk serves. */
    private void forget(byte[] name) {
      while (!over) {
        long from = System.nanoTime();
        try {
          volume.unlink(directory, name);
          return;
        } catch (org.chunkfs.core.error.FsException e) {
          return; // it was not there
        } catch (IOException e) {
          failures++;
        }
        slowest = Math.max(slowest, System.nanoTime() - from);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private IsolationRun(long seed) throws IOException {
    MemoryDevice image = Trial.image(CHUNKS);
    device = new FaultyDevice(image, seed);
    VolumeOptions options =
        Trial.options()
            .withStall(STALL)
            .withDeadline(DEADLINE)
            .withFlush(Duration.ofMillis(50), 1 << 20)
            .withClock(Trial.clock());
    volume = Trial.open(device, options, 1);
    List<Worker> all = new ArrayList<>();
    for (int i = 0; i < CHUNKS; i++) {
      all.add(new Worker("w" + i));
    }
    int at = 1 + new SplittableRandom(seed).nextInt(CHUNKS - 1);
    int chunk = -1;
    for (Worker w : all) {
      int in = Ino.chunk(w.directory);
      if (chunk < 0 && in != 0 && --at <= 0) {
        chunk = in;
      }
    }
    victim = chunk;
    for (Worker w : all) {
      (Ino.chunk(w.directory) == victim ? victims : others).add(w);
    }
    victims.add(new Worker(victims.getFirst().directory, "second"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void fail(String what) {
    String before = wrong;
    wrong = before == null ? what : before;
  }

  /**
   * Runs it.
   *
   * @param cycles how often: normal, slow, normal, hung, back
   * @param windowNanos how long each
   */
  public static Result run(long seed, int cycles, long windowNanos) throws IOException {
    IsolationRun run = new IsolationRun(seed);
    try {
      return run.measure(cycles, windowNanos);
    } finally {
      run.over = true;
      run.device.heal();
      run.join();
      run.volume.abandon();
    }
  }

  private Result measure(int cycles, long window) throws IOException {
    others.forEach(w -> w.thread.start());
    victims.forEach(w -> w.thread.start());
    LockSupport.parkNanos(window); // warms up
    double[] slow = new double[cycles];
    double[] hung = new double[cycles];
    for (int i = 0; i < cycles && wrong == null; i++) {
      long before = count(window);
      device.inject(
          Fault.lasting(Fault.Kind.LATENCY, Trial.chunkStart(victim), Trial.chunkStart(victim + 1))
              .taking(SLOW_NANOS));
      slow[i] = count(window);
      device.heal();
      long between = count(window);
      slow[i] /= Math.max(1, (before + between) / 2.0);
      hung[i] = hang(window) / Math.max(1.0, between);
      back();
    }
    Arrays.sort(slow);
    Arrays.sort(hung);
    return new Result(
        slow[cycles / 2],
        hung[cycles / 2],
        others.stream().mapToLong(w -> w.requests.get()).sum(),
        victims.stream().mapToLong(w -> w.slowest).max().orElse(0),
        others.stream().mapToLong(w -> w.slowest).max().orElse(0),
        judge());
  }

  /** Requests to the others that are answered in a window. */
  private long count(long nanos) {
    long before = others.stream().mapToLong(w -> w.requests.get()).sum();
    long until = System.nanoTime() + nanos;
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
    return others.stream().mapToLong(w -> w.requests.get()).sum() - before;
  }

  /** Slow first, as dying devices are, then dead. */
  private long hang(long window) {
    long from = Trial.chunkStart(victim);
    long to = Trial.chunkStart(victim + 1);
    device.inject(new Fault(Fault.Kind.LATENCY, from, to, null, 0, 2, SLOW_NANOS));
    device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, from, to).after(4));
    device.inject(Fault.lasting(Fault.Kind.READ_HANG, from, to).after(4));
    long answered = count(window);
    long until = System.nanoTime() + 8 * STALL.toNanos();
    while (volume.chunks().get(victim).state() != ChunkState.FENCED && wrong == null) {
      if (System.nanoTime() > until) {
        fail("chunk %d hangs and is not fenced".formatted(victim));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    long failures = victims.stream().mapToLong(w -> w.failures).sum();
    LockSupport.parkNanos(10 * PAUSE_NANOS);
    if (victims.stream().mapToLong(w -> w.failures).sum() == failures && device.hanging() == 0) {
      fail("nobody asks for chunk %d while it hangs".formatted(victim));
    }
    return answered;
  }

  /** The device answers again, and the chunk serves again, in the same volume. */
  private void back() throws IOException {
    device.heal();
    volume.online(victim);
    long before = victims.stream().mapToLong(w -> w.requests.get()).sum();
    long until = System.nanoTime() + DEADLINE.toNanos() * 4;
    while (victims.stream().mapToLong(w -> w.requests.get()).sum() < before + 8 && wrong == null) {
      if (System.nanoTime() > until) {
        fail("chunk %d is back and serves nobody".formatted(victim));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private @Nullable String judge() {
    if (wrong == null && others.stream().anyMatch(w -> w.failures > 0)) {
      fail("a request to another chunk was refused");
    }
    return wrong;
  }

  private void join() {
    for (List<Worker> some : List.of(others, victims)) {
      for (Worker w : some) {
        try {
          w.thread.join(DEADLINE.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
