package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Makes a chunk's incarnations: its first one, and after a restart the next one, from what is on
 * the device. Which one serves is for {@link Chunks} to say.
 */
final class Incarnations {
  /** Is shown each incarnation before it serves. */
  @FunctionalInterface
  interface Recovered {
    void look(Chunk chunk) throws IOException;
  }

  /** Marks a ring as used before the first record goes into it. */
  @FunctionalInterface
  interface Marks {
    void beforeAppend(ChunkSlot slot, Chunk chunk) throws IOException;
  }

  private final BlockDevice device;
  private final ImageLayout layout;
  private final VolumeOptions options;
  private final History history;
  private final Durability durability;
  private final StateKeeper keeper;
  private final Voids voids;
  private final Marks marks;
  private final LongAdder resident;
  private volatile Recovered recovered = chunk -> {};

  Incarnations(
      BlockDevice device,
      ImageLayout layout,
      VolumeOptions options,
      History history,
      Durability durability,
      StateKeeper keeper,
      Voids voids,
      Marks marks,
      LongAdder resident) {
    this.device = device;
    this.layout = layout;
    this.options = options;
    this.history = history;
    this.durability = durability;
    this.keeper = keeper;
    this.voids = voids;
    this.marks = marks;
    this.resident = resident;
  }

  void onRecovered(Recovered by) {
    recovered = by;
  }

  /** Shows an incarnation to who wants to see it before it serves. */
  void show(Chunk chunk) throws IOException {
    recovered.look(chunk);
  }

  /** A new handle to a chunk's part of the device. */
  ChunkIo io(ChunkSlot slot) {
    return new ChunkIo(device, slot.id, slot.base, slot.geometry.blocks());
  }

  /** The first incarnation of a chunk whose ring is empty, or that was never used. */
  Chunk first(ChunkSlot slot, ChunkIo io) throws IOException {
    HeaderCopies headers = HeaderCopies.read(io, slot.geometry, layout.uuid());
    if (!headers.initialized()) {
      requireWritable();
      Chunk.initialize(
          layout.uuid(),
          slot.geometry,
          io,
          headers,
          () -> durability.flush(System.nanoTime() + options.deadline().toNanos()));
    }
    RingScanner.Scan ring = headers.otherLost() ? kept(slot, io, headers) : headers.emptyRing();
    Chunk chunk = Chunk.recover(layout.uuid(), slot.geometry, io, headers, ring, resident);
    if (chunk.blank(System.nanoTime() + options.deadline().toNanos())) {
      requireWritable();
      firstCommit(slot, chunk);
    } else if (!options.readOnly()) {
      recovered.look(chunk);
    }
    return chunk;
  }

  private void requireWritable() throws FsException {
    if (options.readOnly()) {
      throw new FsException(FsException.Reason.READ_ONLY, "the image is open for reading only");
    }
  }

  private void firstCommit(ChunkSlot slot, Chunk chunk) throws IOException {
    long deadline = System.nanoTime() + options.deadline().toNanos();
    chunk.load(slot.geometry.tableBlock(slot.geometry.stateBlock()), deadline);
    chunk.load(slot.geometry.tableBlock(slot.geometry.indexBlock()), deadline);
    ChunkTx tx = new ChunkTx(chunk, false);
    java.time.Instant now = options.clock().instant();
    chunk.firstCommit(tx, now.getEpochSecond() * 1_000_000_000L + now.getNano());
    tx.prepare();
    marks.beforeAppend(slot, chunk);
    long g = history.take();
    try {
      tx.append(g, new int[] {slot.id}, 1);
    } catch (IOException | RuntimeException e) {
      voids.lost(chunk, g, e);
      throw e;
    }
    history.written(g);
    tx.publish(g);
    slot.lastG = g;
    slot.unstampedSince = g;
  }

  /**
   * Goes on with a number of its own where the journal of a chunk that comes back ends. There, or
   * at the start of the next lap, may lie a record that was given up and arrived whole or in part;
   * its void is soon forgotten, and then nothing may name the same commit before it.
   *
   * @return false if there is no room
   */
  boolean end(ChunkSlot slot, Chunk chunk, long deadline) throws IOException {
    if (options.readOnly()) {
      return true;
    }
    chunk.lock().lockWrite(deadline);
    try {
      if (!chunk.ring().fits(JournalRecord.SIZE, true)) {
        return false;
      }
      marks.beforeAppend(slot, chunk);
      long g = history.take();
      try {
        chunk.ring().voidAt(chunk.ring().head(), g, chunk.ring().lastG());
      } catch (IOException | RuntimeException e) {
        voids.lost(chunk, g, e);
        throw e;
      }
      history.written(g);
      slot.lastG = g;
      return true;
    } finally {
      chunk.lock().unlockWrite();
    }
  }

  /** The next incarnation; null if the chunk was never used, and its first one may wait. */
  @Nullable Chunk next(ChunkSlot slot, long deadline) throws IOException {
    ChunkIo io = io(slot);
    HeaderCopies headers = HeaderCopies.read(io, slot.geometry, layout.uuid());
    if (!headers.initialized()) {
      if (slot.lastG == 0 && !slot.initialized) {
        return null;
      }
      slot.initialized = false;
      throw new CorruptException(slot.id, 0, "chunk " + slot.id + " lost its headers");
    }
    slot.initialized = true;
    Chunk chunk =
        Chunk.recover(layout.uuid(), slot.geometry, io, headers, kept(slot, io, headers), resident);
    if (chunk.blank(deadline)) {
      chunk.abandon();
      slot.initialized = false;
      return null;
    }
    return chunk;
  }

  /** The records of a chunk's ring that count. */
  private RingScanner.Scan kept(ChunkSlot slot, ChunkIo io, HeaderCopies headers)
      throws IOException {
    RingScanner.Scan scan = Chunk.scan(layout.uuid(), slot.geometry, io, headers.header());
    VolumeState state = keeper.state();
    RingScanner.Damage damage = Recovery.damage(scan, state, slot.id);
    String bad =
        damage != null
            ? damage.what()
            : new Recovery.RingView(slot.id, headers.header(), scan).lostEnd();
    if (bad != null) {
      slot.out = new VolumeState.Out(Reason.JOURNAL, -1);
      throw new CorruptException(
          slot.id,
          slot.geometry.ringStart(),
          "chunk %d: its journal is damaged: %s".formatted(slot.id, bad));
    }
    RingScanner.Scan kept = Recovery.keep(scan, headers.header(), state, slot.id);
    long last = Math.max(kept.lastG(), headers.baseG());
    if (Long.compareUnsigned(last, history.last()) > 0) {
      slot.out = new VolumeState.Out(Reason.JOURNAL, -1);
      throw new CorruptException(
          slot.id,
          slot.geometry.ringStart(),
          "chunk %d: its journal ends at commit %x, which is still to come: the last one is %x"
              .formatted(slot.id, last, history.last()));
    }
    if (last < slot.lastG && !keeper.isVoid(slot.id, slot.lastG)) {
      slot.out = new VolumeState.Out(Reason.JOURNAL, -1);
      throw new CorruptException(
          slot.id,
          slot.geometry.ringStart(),
          "chunk %d: its journal ends at commit %x, but %x was acknowledged"
              .formatted(slot.id, last, slot.lastG));
    }
    return kept;
  }
}
