package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.chunkfs.cli.scratch.ServedMount;
import org.jspecify.annotations.Nullable;

/** Kills the server of a mount while workers use it. */
public final class KillMount extends Kills {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  @Override
  public String name() {
    return "kill-mount";
  }

  @Override
  public String promise() {
    return "SIGKILL of the server of a mount under load: the same, after mounting again";
  }

  @Override
  List<KillPoint> points() {
    return List.of(KillPoint.ANYWHERE, KillPoint.ACKNOWLEDGED, KillPoint.FLUSH);
  }

  @Override
  Round begin(KilledImage image, long seed, Path work) throws IOException {
    Path directory = Files.createDirectory(work.resolve("mount"));
    return new MountRound(image, directory);
  }

  /** One image and its mount. */
  private static final class MountRound implements Round {
    private final KilledImage image;
    private final Path directory;
    private @Nullable ServedMount served;

    MountRound(KilledImage image, Path directory) {
      this.image = image;
      this.directory = directory;
    }

    @Override
    public @Nullable String kill(KillPoint point, List<Ledger> ledgers, SplittableRandom random)
        throws IOException {
      ServedMount server = ServedMount.start(image.file(), directory);
      served = server;
      AtomicBoolean over = new AtomicBoolean();
      AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
      AtomicInteger acknowledged = new AtomicInteger();
      AtomicInteger flushing = new AtomicInteger();
      List<Thread> workers = new ArrayList<>();
      for (int w = 0; w < ledgers.size(); w++) {
        Hands hands = new MountHands(directory, w);
        Ledger ledger = ledgers.get(w);
        workers.add(
            Thread.ofPlatform()
                .daemon()
                .start(() -> deeds(hands, ledger, over, failure, acknowledged, flushing)));
      }
      int after = 1 + random.nextInt(1200);
      long millis = 5 + random.nextInt(1500);
      long from = System.nanoTime();
      boolean due = false;
      while (!due && failure.get() == null && System.nanoTime() - from < PATIENCE_NANOS) {
        LockSupport.parkNanos(point == KillPoint.ANYWHERE ? 1_000_000 : 20_000);
        due =
            switch (point) {
              case ANYWHERE -> System.nanoTime() - from > millis * 1_000_000;
              case FLUSH -> acknowledged.get() >= after / 4 && flushing.get() > 0;
              default -> acknowledged.get() >= after;
            };
      }
      over.set(true);
      server.kill();
      try {
        for (Thread worker : workers) {
          worker.join(PATIENCE_NANOS / 1_000_000);
          if (worker.isAlive()) {
            throw new IOException("a worker hangs on the mount of a server that is dead");
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted.", e);
      }
      IOException early = failure.get();
      return early == null ? null : "a request failed before the kill: " + early;
    }

    /** Until the server is gone: what fails then was never acknowledged. */
    private static void deeds(
        Hands hands,
        Ledger ledger,
        AtomicBoolean over,
        AtomicReference<@Nullable IOException> failure,
        AtomicInteger acknowledged,
        AtomicInteger flushing) {
      try {
        hands.begin();
        while (!over.get()) {
          Deed deed = ledger.next();
          boolean flushes = deed.kind() == Deed.Kind.FSYNC;
          if (flushes) {
            flushing.incrementAndGet();
          }
          try {
            hands.act(deed, ledger);
          } finally {
            if (flushes) {
              flushing.decrementAndGet();
            }
          }
          ledger.acknowledged();
          acknowledged.incrementAndGet();
        }
      } catch (IOException e) {
        if (!over.get()) {
          failure.set(e);
        }
      }
    }

    @Override
    public List<Hands> again() throws IOException {
      served = ServedMount.start(image.file(), directory);
      return IntStream.range(0, WORKERS)
          .mapToObj(w -> (Hands) new MountHands(directory, w))
          .toList();
    }

    @Override
    public void stop() throws IOException {
      ServedMount server = served;
      served = null;
      if (server != null) {
        server.close();
      }
    }

    @Override
    public void close() throws IOException {
      stop();
      Files.deleteIfExists(directory);
    }
  }
}
