package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The volume's chunks and their life: which incarnation serves, taking one out of service at once,
 * and bringing it back.
 *
 * <p>Invariants: {@code slot.current} is not null only while the slot serves; a fence revokes the
 * incarnation before anything else happens; a commit number that a fenced chunk may lack is
 * reported written only after the volume record that voids it there is durable.
 */
final class Chunks {
  /**
   * Requests that may wait for one chunk; more are answered at once, so that they hold nobody up.
   */
  private static final int MAX_WAITERS = 8;

  private final VolumeOptions options;
  private final ChunkSlot[] slots;
  private final RingMap rings;
  private final Durability durability;
  private final LongAdder resident;
  private final StateKeeper keeper;
  private final Voids voids;
  private final Updates updates = new Updates();
  private final Incarnations incarnations;
  private final List<ChunkListener> listeners = new java.util.concurrent.CopyOnWriteArrayList<>();

  Chunks(
      BlockDevice device,
      ImageLayout layout,
      VolumeOptions options,
      ChunkSlot[] slots,
      RingMap rings,
      History history,
      Durability durability,
      StateKeeper keeper,
      LongAdder resident) {
    this.options = options;
    this.slots = slots;
    this.rings = rings;
    this.durability = durability;
    this.keeper = keeper;
    this.resident = resident;
    this.voids = new Voids(this, history, keeper);
    this.incarnations =
        new Incarnations(
            device,
            layout,
            options,
            history,
            durability,
            keeper,
            voids,
            this::beforeAppend,
            resident);
  }

  /** What becomes of numbers whose commits cannot be written. */
  Voids voids() {
    return voids;
  }

  /** What is being changed now. */
  Updates updates() {
    return updates;
  }

  ChunkSlot slot(int id) {
    return slots[id];
  }

  int count() {
    return slots.length;
  }

  LongAdder resident() {
    return resident;
  }

  /** Who is shown each incarnation before it serves. */
  void onRecovered(Incarnations.Recovered by) {
    incarnations.onRecovered(by);
  }

  void addListener(ChunkListener listener) {
    listeners.add(listener);
  }

  /** A chunk to read from: waits for it, as policy says. */
  Chunk forReading(int id, long deadline) throws IOException {
    if (id < 0 || id >= slots.length) {
      throw new FsException(FsException.Reason.STALE, "there is no chunk " + id);
    }
    ChunkSlot slot = slots[id];
    Chunk c = slot.current;
    if (c != null) {
      return c;
    }
    Chunk kept = slot.readable;
    if (kept != null) {
      return kept;
    }
    if (slot.serves() && !slot.initialized) {
      throw new FsException(FsException.Reason.STALE, "chunk " + id + " is not in use");
    }
    return require(slot, deadline);
  }

  /** A chunk to change: makes it ready if it was never used, waits for it as policy says. */
  Chunk forWriting(int id, long deadline) throws IOException {
    Chunk c = slots[id].current;
    return c != null ? c : require(slots[id], deadline);
  }

  private Chunk require(ChunkSlot slot, long deadline) throws IOException {
    ChunkIo first;
    synchronized (slot) {
      while (true) {
        Chunk c = slot.current;
        if (c != null) {
          return c;
        }
        if (slot.serves() && slot.activating == null) {
          first = incarnations.io(slot);
          slot.activating = first;
          break;
        }
        long left = deadline - System.nanoTime();
        if (!slot.serves() && !mayReturn(slot) || slot.waiters.get() >= MAX_WAITERS) {
          throw unavailable(slot);
        }
        if (left <= 0) {
          throw new DeadlineException(
              "chunk %d is %s (%s) and did not come back in time"
                  .formatted(slot.id, word(slot.state), reason(slot)));
        }
        slot.waiters.incrementAndGet();
        try {
          Waiting.on(slot, left, "waiting for chunk " + slot.id);
        } finally {
          slot.waiters.decrementAndGet();
        }
      }
    }
    return begin(slot, first);
  }

  /** The first incarnation; made without a lock, since the device may hang. */
  private Chunk begin(ChunkSlot slot, ChunkIo io) throws IOException {
    Chunk chunk = null;
    try {
      chunk = incarnations.first(slot, io);
    } finally {
      synchronized (slot) {
        slot.activating = null;
        if (chunk != null && slot.serves()) {
          slot.initialized = true;
          serve(slot, chunk);
        }
        slot.notifyAll();
      }
    }
    if (slot.current != chunk) {
      chunk.abandon(); // fenced meanwhile
      throw unavailable(slot);
    }
    return chunk;
  }

  private static ChunkUnavailableException unavailable(ChunkSlot slot) {
    return new ChunkUnavailableException(
        slot.id, "chunk %d is %s: %s".formatted(slot.id, word(slot.state), reason(slot)));
  }

  static String word(ChunkState state) {
    return state.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  static String reason(ChunkSlot slot) {
    String text = slot.out.reason().text();
    String detail = slot.detail;
    return detail.isEmpty() ? text : text.isEmpty() ? detail : text + " (" + detail + ")";
  }

  /** Whether a chunk does not even serve reads. */
  boolean isOut(int id) {
    ChunkSlot slot = slots[id];
    return !slot.serves() && slot.readable == null;
  }

  /** Whether waiting may bring a chunk back. */
  boolean worthWaiting(int id) {
    boolean back = options.fenced() != VolumeOptions.FencedPolicy.FAIL && slots[id].current != null;
    return back || mayReturn(slots[id]) && slots[id].waiters.get() < MAX_WAITERS;
  }

  /** Whether requests wait for a chunk that is out of service: who repairs it brings it back. */
  private boolean mayReturn(ChunkSlot slot) {
    return switch (options.fenced()) {
      case WAIT -> slot.state != ChunkState.MISSING;
      case READ -> slot.state == ChunkState.REPAIRING;
      case FAIL -> false;
    };
  }

  /** Whether an incarnation serves nothing any more. */
  boolean isOver(Chunk chunk) {
    ChunkSlot slot = slots[chunk.id()];
    return slot.current != chunk && slot.readable != chunk;
  }

  /** Makes an incarnation the one that serves. */
  void serve(ChunkSlot slot, Chunk chunk) {
    slot.incarnations++;
    slot.headerFree = chunk.freeBlocks();
    slot.current = chunk;
    synchronized (slot) {
      slot.notifyAll();
    }
  }

  /** Before a record goes into a ring: an empty ring is marked as used first. */
  void beforeAppend(Chunk chunk) throws IOException {
    beforeAppend(slots[chunk.id()], chunk);
  }

  private void beforeAppend(ChunkSlot slot, Chunk chunk) throws IOException {
    if (chunk.ring().usedBytes() == 0) {
      rings.mark(slot.id);
    }
  }

  /** After a checkpoint: marks an empty ring as unused. */
  void afterCheckpoint(Chunk chunk, long deadline) throws IOException {
    chunk.lock().lockWrite(deadline);
    try {
      if (chunk.ring().usedBytes() == 0) {
        rings.unmark(chunk.id());
      }
    } finally {
      chunk.lock().unlockWrite();
    }
  }

  /** An append was slow. */
  void slow(Chunk chunk) {
    ChunkSlot slot = slots[chunk.id()];
    if (slot.current == chunk && slot.state == ChunkState.ONLINE) {
      change(slot, ChunkState.SUSPECT, "a write took longer than 0.1 s");
    }
  }

  /** One piece of file data is damaged: the chunk goes on, but somebody should look at it. */
  void suspect(int id, String why) {
    ChunkSlot slot = slots[id];
    if (slot.state == ChunkState.ONLINE) {
      change(slot, ChunkState.SUSPECT, why);
    }
  }

  /** Forgets a suspicion. */
  void trust(ChunkSlot slot) {
    if (slot.state == ChunkState.SUSPECT) {
      change(slot, ChunkState.ONLINE, "");
    }
  }

  /**
   * What an exception says about a chunk; damage and failures of the device fence it.
   *
   * @return the chunk that the caller may wait for, or -1 if the exception is the answer
   */
  int judge(IOException e) {
    return switch (e) {
      case CorruptException c when c.chunk() >= 0 && c.chunk() < slots.length -> {
        fence(c.chunk(), Reason.DAMAGE, c.block(), String.valueOf(c.getMessage()));
        yield c.chunk();
      }
      case ChunkIoException c -> {
        fence(c.chunk(), Reason.IO_ERROR, -1, String.valueOf(c.getMessage()));
        yield c.chunk();
      }
      case ChunkUnavailableException c -> c.chunk();
      default -> -1;
    };
  }

  /**
   * Takes a chunk out of service, at once: its incarnation is revoked and whoever waits for its
   * lock is answered. Does nothing if it is out already.
   */
  void fence(int id, Reason reason, long block, String detail) {
    fence(id, null, reason, block, detail);
  }

  /**
   * Takes one incarnation out of service; does nothing if it is already, also if the next one
   * serves: what fails in an incarnation that is over says nothing about its successor.
   */
  void fence(ChunkIo incarnation, Reason reason, String detail) {
    fence(incarnation.chunk(), incarnation, reason, -1, detail);
  }

  private void fence(int id, @Nullable ChunkIo only, Reason reason, long block, String detail) {
    ChunkSlot slot = slots[id];
    synchronized (slot) {
      if (!slot.serves() || only != null && only != slot.handle()) {
        return;
      }
      ChunkIo first = slot.activating;
      if (first != null) {
        first.fence();
      }
      Chunk c = slot.current;
      slot.current = null;
      if (c != null) {
        slot.previous = c;
        slot.headerFree = c.freeBlocks();
        slot.headerInodes = c.inodes();
      }
      boolean reads =
          c != null
              && reason == Reason.DAMAGE
              && options.fenced() == VolumeOptions.FencedPolicy.READ;
      slot.out = new VolumeState.Out(reason, block);
      if (c != null && reads) {
        c.io().fence();
        slot.readable = c;
      } else if (c != null) {
        c.fence();
      }
      change(slot, reads ? ChunkState.READ_ONLY : ChunkState.FENCED, detail);
      slot.notifyAll();
    }
    keeper.changed(this::outNow);
  }

  /** The chunks that are out of service, as the volume record names them. */
  TreeMap<Integer, VolumeState.Out> outNow() {
    TreeMap<Integer, VolumeState.Out> out = new TreeMap<>();
    for (ChunkSlot slot : slots) {
      VolumeState.Out o = slot.out;
      if (o.reason() != Reason.NONE) {
        out.put(slot.id, o);
      }
    }
    return out;
  }

  /**
   * Brings a chunk back: waits until nothing of the last incarnation is on its way to the device,
   * then recovers it from its journal.
   *
   * @throws IOException if it cannot serve; it then stays out of service
   */
  void online(int id, Checkpointer checkpointer, long deadline) throws IOException {
    ChunkSlot slot = slots[id];
    synchronized (slot) {
      if (slot.serves()) {
        return;
      }
      if (slot.state == ChunkState.CHECKING || slot.state == ChunkState.REPAIRING) {
        throw new ChunkUnavailableException(id, "chunk " + id + " is being worked on; try again");
      }
      slot.readable = null; // what it reads will not be what it was
      change(slot, ChunkState.REPAIRING, "recovering");
    }
    boolean back = false;
    try {
      drain(slot, deadline);
      durability.flush(deadline);
      Chunk chunk = incarnations.next(slot, deadline);
      if (chunk != null) {
        settle(slot, chunk, checkpointer, deadline);
        incarnations.show(chunk);
      }
      synchronized (slot) {
        slot.previous = null;
        slot.out = new VolumeState.Out(Reason.NONE, -1);
        change(slot, ChunkState.ONLINE, "");
        if (chunk != null) {
          serve(slot, chunk);
        } else {
          slot.notifyAll();
        }
      }
      back = true;
      keeper.returned(this::outNow, id);
    } catch (IOException e) {
      slot.detail = String.valueOf(e.getMessage());
      throw e;
    } finally {
      if (!back) {
        change(slot, ChunkState.FENCED, slot.detail);
      }
    }
  }

  private void drain(ChunkSlot slot, long deadline) throws IOException {
    Chunk previous = slot.previous;
    while (!drained(slot)) {
      if (System.nanoTime() > deadline) {
        throw new DeadlineException(
            "chunk %d is draining: writes of its last incarnation have not returned"
                .formatted(slot.id));
      }
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    if (previous != null && previous != slot.readable) {
      previous.abandon();
    }
  }

  /** Whether nothing of a chunk's last incarnation is on its way to the device any more. */
  boolean drained(ChunkSlot slot) {
    Chunk previous = slot.previous;
    return slot.activating == null && (previous == null || !draining(previous));
  }

  private boolean draining(Chunk previous) {
    return previous.io().writesInFlight() > 0 || updates.unsettled(previous);
  }

  /** Empties the journal of a chunk that comes back. */
  private void settle(ChunkSlot slot, Chunk chunk, Checkpointer checkpointer, long deadline)
      throws IOException {
    slot.unstampedSince = 0;
    boolean ended = incarnations.end(slot, chunk, deadline);
    checkpointer.run(slot, chunk, deadline);
    if (!ended && incarnations.end(slot, chunk, deadline)) { // there was no room before
      checkpointer.run(slot, chunk, deadline);
    }
    afterCheckpoint(chunk, deadline);
  }

  /** Runs something on a chunk that is out of service, once nothing is on its way to the device. */
  <T extends @Nullable Object> T whileOut(
      int id, ChunkState shown, Volume.OfflineWork<T> work, long deadline) throws IOException {
    ChunkSlot slot = slots[id];
    ChunkState before;
    String detail = slot.detail;
    synchronized (slot) {
      before = slot.state;
      if (before != ChunkState.FENCED && before != ChunkState.READ_ONLY) {
        throw new ChunkUnavailableException(
            id, "chunk %d is %s; take it offline first".formatted(id, word(before)));
      }
      if (shown == ChunkState.REPAIRING) {
        slot.readable = null; // what it reads will not be what it was
      }
      change(slot, shown, detail);
    }
    try {
      drain(slot, deadline);
      return work.run();
    } finally {
      change(slot, slot.readable == null ? ChunkState.FENCED : before, detail);
    }
  }

  void change(ChunkSlot slot, ChunkState to, String detail) {
    ChunkState from = slot.state;
    slot.state = to;
    slot.detail = detail;
    if (from != to) {
      ChunkEvent event = new ChunkEvent(slot.id, from, to, reason(slot));
      for (ChunkListener l : listeners) {
        l.changed(event);
      }
    }
  }
}
