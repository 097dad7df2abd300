package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/**
 * Who is at work on a file's data: many readers or one writer for each inode, writers first, every
 * wait with a deadline.
 *
 * <p>A holder that is past its deadline (its thread is stuck in a dead device) may be overridden by
 * whoever waits: its lease is then not valid any more, which it checks inside its commit. One thing
 * only protects it: a write in place that is on its way to a device that still serves, since that
 * could overtake its successor's; the fence of that chunk ends this protection.
 */
final class InodeLeases {
  private static final int STRIPES = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];

  InodeLeases() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  private static final class Stripe {
    final Map<Long, Holders> inodes = new HashMap<>();
  }

  private static final class Holders {
    final List<Lease> leases = new ArrayList<>(2);
    int waiting;
    int waitingWriters;
  }

  /** One request's hold on an inode. */
  static final class Lease {
    final long id;
    final boolean exclusive;
    final long deadline;
    private volatile boolean valid = true;
    private @Nullable ChunkIo inPlace;

    private Lease(long id, boolean exclusive, long deadline) {
      this.id = id;
      this.exclusive = exclusive;
      this.deadline = deadline;
    }

    /** False once somebody else took over. */
    boolean valid() {
      return valid;
    }

    /** Refuses to go on once somebody else took over; for the inside of a commit. */
    void require() throws DeadlineException {
      if (!valid) {
        throw new DeadlineException(
            "a request on inode %s took too long; nothing was changed, try again"
                .formatted(Ino.show(Ino.ofId(id))));
      }
    }

    /** A write in place begins through that handle. */
    synchronized void beginInPlace(ChunkIo io) throws DeadlineException {
      require();
      inPlace = io;
    }

    synchronized void endInPlace() {
      inPlace = null;
    }

    private synchronized boolean override(long now) {
      ChunkIo io = inPlace;
      if (now > deadline && (io == null || io.fenced())) {
        valid = false;
      }
      return !valid;
    }
  }

  private Stripe stripe(long id) {
    return stripes[(int) ((id ^ id >>> 4 ^ id >>> 28) & STRIPES - 1)];
  }

  /**
   * Takes an inode for reading its data.
   *
   * @param deadline System.nanoTime() value: of the wait, and of the lease
   */
  Lease shared(long id, long deadline) throws IOException {
    return take(new Lease(id, false, deadline));
  }

  /** Takes an inode for changing its data. */
  Lease exclusive(long id, long deadline) throws IOException {
    return take(new Lease(id, true, deadline));
  }

  private Lease take(Lease mine) throws IOException {
    Stripe stripe = stripe(mine.id);
    synchronized (stripe) {
      Holders holders = stripe.inodes.computeIfAbsent(mine.id, id -> new Holders());
      if (free(holders, mine)) {
        holders.leases.add(mine);
        return mine;
      }
      holders.waiting++;
      holders.waitingWriters += mine.exclusive ? 1 : 0;
      boolean taken = false;
      try {
        while (true) {
          long now = System.nanoTime();
          override(holders, mine, now);
          if (mine.exclusive ? holders.leases.isEmpty() : free(holders, mine)) {
            holders.leases.add(mine);
            taken = true;
            return mine;
          }
          long left = mine.deadline - now;
          if (left <= 0) {
            throw new DeadlineException(
                "inode %s is busy with another request that does not end; try again"
                    .formatted(Ino.show(Ino.ofId(mine.id))));
          }
          Waiting.on(stripe, Math.min(left, untilOverride(holders, now)), "waiting for an inode");
        }
      } finally {
        holders.waiting--;
        holders.waitingWriters -= mine.exclusive ? 1 : 0;
        if (!taken) {
          stripe.notifyAll();
          forget(stripe, mine.id, holders);
        }
      }
    }
  }

  private static boolean free(Holders holders, Lease mine) {
    if (mine.exclusive) {
      return holders.leases.isEmpty() && holders.waitingWriters == 0;
    }
    return holders.waitingWriters == 0
        && (holders.leases.isEmpty() || !holders.leases.getFirst().exclusive);
  }

  private static void override(Holders holders, Lease mine, long now) {
    for (int i = holders.leases.size() - 1; i >= 0; i--) {
      Lease other = holders.leases.get(i);
      if ((mine.exclusive || other.exclusive) && other.override(now)) {
        holders.leases.remove(i);
      }
    }
  }

  /** Nanoseconds until it is worth looking again without having been notified. */
  private static long untilOverride(Holders holders, long now) {
    long least = 100_000_000;
    for (Lease lease : holders.leases) {
      long left = lease.deadline - now;
      least = left > 0 ? Math.min(least, left + 1_000_000) : Math.min(least, 10_000_000);
    }
    return least;
  }

  /** Lets go; of a lease that was taken over, too. */
  void release(Lease lease) {
    Stripe stripe = stripe(lease.id);
    synchronized (stripe) {
      Holders holders = stripe.inodes.get(lease.id);
      if (holders == null || !holders.leases.remove(lease)) {
        return;
      }
      if (holders.waiting > 0) {
        stripe.notifyAll();
      }
      forget(stripe, lease.id, holders);
    }
  }

  private static void forget(Stripe stripe, long id, Holders holders) {
    if (holders.waiting == 0 && holders.leases.isEmpty()) {
      stripe.inodes.remove(id, holders);
    }
  }

  /** Inodes that somebody holds or waits for. */
  int held() {
    int n = 0;
    for (Stripe stripe : stripes) {
      synchronized (stripe) {
        n += stripe.inodes.size();
      }
    }
    return n;
  }
}
