package org.chunkfs.core.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.volume.InodeLeases.Lease;
import org.junit.jupiter.api.Test;

/** Leases exclude each other as they must, and nobody waits for ever. */
final class InodeLeasesTest {
  private static final long ID = 77;

  private final InodeLeases leases = new InodeLeases();

  private static long in(long millis) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void readersShareAndWritersDoNot() throws IOException {
    Lease a = leases.shared(ID, in(10_000));
    Lease b = leases.shared(ID, in(10_000));
    assertThatThrownBy(() -> leases.exclusive(ID, in(20))).isInstanceOf(DeadlineException.class);
    leases.release(a);
    leases.release(b);
    Lease w = leases.exclusive(ID, in(10_000));
    assertThatThrownBy(() -> leases.shared(ID, in(20))).isInstanceOf(DeadlineException.class);
    assertThatThrownBy(() -> leases.exclusive(ID, in(20))).isInstanceOf(DeadlineException.class);
    Lease other = leases.exclusive(ID + 1, in(20));
    leases.release(other);
    leases.release(w);
    assertThat(leases.held()).isZero();
  }

  @Test
  void aWaitingWriterComesBeforeLaterReaders() throws Exception {
    Lease first = leases.shared(ID, in(10_000));
    CompletableFuture<Lease> writer = CompletableFuture.supplyAsync(() -> exclusive(10_000));
    while (true) {
      try {
        leases.release(leases.shared(ID, in(5)));
      } catch (DeadlineException refused) {
        break; // the writer has come
      }
    }
    leases.release(first);
    Lease w = writer.get(5, TimeUnit.SECONDS);
    assertThat(w.valid()).isTrue();
    leases.release(w);
    assertThat(leases.held()).isZero();
  }

  private Lease exclusive(long millis) {
    try {
      return leases.exclusive(ID, in(millis));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aHolderPastItsDeadlineIsOverridden() throws IOException {
    Lease stuck = leases.exclusive(ID, in(30));
    Lease next = leases.exclusive(ID, in(5_000));
    assertThat(stuck.valid()).isFalse();
    assertThatThrownBy(stuck::require).isInstanceOf(DeadlineException.class);
    leases.release(stuck);
    assertThat(next.valid()).isTrue();
    assertThatThrownBy(() -> leases.shared(ID, in(20))).isInstanceOf(DeadlineException.class);
    leases.release(next);
    assertThat(leases.held()).isZero();
  }

  @Test
  void aWriteInPlaceIsOverriddenOnlyOnceItsChunkIsFenced() throws IOException {
    ChunkIo io = new ChunkIo(new MemoryDevice(1 << 20), 0, 0, 16);
    Lease stuck = leases.exclusive(ID, in(1));
    stuck.beginInPlace(io);
    assertThatThrownBy(() -> leases.exclusive(ID, in(100))).isInstanceOf(DeadlineException.class);
    io.fence();
    Lease next = leases.exclusive(ID, in(5_000));
    assertThat(stuck.valid()).isFalse();
    assertThatThrownBy(() -> stuck.beginInPlace(io)).isInstanceOf(DeadlineException.class);
    leases.release(next);
  }

  @Test
  void manyThreadsNeverMeet() throws Exception {
    AtomicInteger readers = new AtomicInteger();
    AtomicInteger writers = new AtomicInteger();
    AtomicInteger met = new AtomicInteger();
    Thread[] threads = new Thread[6];
    for (int t = 0; t < threads.length; t++) {
      boolean writes = t % 3 == 0;
      threads[t] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 2000; i++) {
                    Lease lease =
                        writes ? leases.exclusive(ID, in(30_000)) : leases.shared(ID, in(30_000));
                    (writes ? writers : readers).incrementAndGet();
                    int w = writers.get();
                    if (writes ? w != 1 || readers.get() > 0 : w > 0) {
                      met.incrementAndGet();
                    }
                    (writes ? writers : readers).decrementAndGet();
                    leases.release(lease);
                  }
                } catch (IOException e) {
                  met.incrementAndGet();
                }
              });
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(met).hasValue(0);
    assertThat(leases.held()).isZero();
  }
}
