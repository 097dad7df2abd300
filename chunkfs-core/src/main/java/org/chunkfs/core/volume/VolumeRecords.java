package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Workers;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.VolumeRecord;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of the volume record: each has two slots written alternately, so that a torn write
 * leaves the record before it. An update counts when a majority of the replicas is durable.
 */
public final class VolumeRecords {
  private final BlockDevice device;
  private final ImageLayout layout;
  private final int[] replicas;

  /** For a replica: 1 while a write to it has not returned. */
  private final AtomicIntegerArray busy;

  /** How long a replica is waited for that a majority does not need. */
  private static final long LAGGARD_MILLIS = 200;

  /** How long a majority is waited for. */
  private static final long PATIENCE_MILLIS = 10_000;

  public VolumeRecords(BlockDevice device, ImageLayout layout) {
    this.device = device;
    this.layout = layout;
    this.replicas = layout.replicas();
    this.busy = new AtomicIntegerArray(replicas.length);
  }

  /** Writes the first record of a new image everywhere; the caller flushes. */
  void create(long now) throws IOException {
    VolumeState first = VolumeState.initial(now);
    for (int chunk : replicas) {
      for (int slot = 0; slot < 2; slot++) {
        write(first, chunk, slot);
      }
    }
  }

  private void write(VolumeState state, int chunk, int slot) throws IOException {
    int block = layout.geometry(chunk).volumeRecord(slot);
    device.write(
        position(chunk, block), ByteBuffer.wrap(state.encode(layout.uuid(), chunk, block)));
  }

  private long position(int chunk, int block) {
    return layout.base(chunk) + (long) block * BlockHeader.BLOCK;
  }

  /** The record in one slot, or null if it is damaged or cannot be read. */
  public @Nullable VolumeState slot(int chunk, int slot) {
    ChunkGeometry geometry = layout.geometry(chunk);
    int block = geometry.volumeRecord(slot);
    byte[] record = new byte[VolumeRecord.BYTES];
    try {
      device.read(position(chunk, block), ByteBuffer.wrap(record));
    } catch (IOException e) {
      return null; // the other replicas are for this
    }
    return VolumeState.problem(record, layout.uuid(), chunk, block) == null
        ? VolumeState.decode(record)
        : null;
  }

  /**
   * The newest record that the replicas agree on.
   *
   * @throws ImageException DAMAGED if none can be read
   */
  public VolumeState read() throws ImageException {
    List<VolumeState> found = new ArrayList<>();
    for (int chunk : replicas) {
      for (int slot = 0; slot < 2; slot++) {
        VolumeState state = slot(chunk, slot);
        if (state != null) {
          found.add(state);
        }
      }
    }
    VolumeState best = VolumeVote.newest(found);
    if (best == null) {
      throw new ImageException(
          ImageException.Kind.DAMAGED,
          "none of the image's %d volume records can be read; chunkfs fsck rebuilds them"
              .formatted(replicas.length));
    }
    return best;
  }

  /**
   * Writes the next record, durable on return. Each replica is written by a thread of its own, so
   * that one that hangs holds nobody up; until its write returns, that replica is left out. Where
   * nothing can hang, it is as {@link #writeInOrder}.
   *
   * @throws IOException if fewer than a majority of the replicas could be written
   */
  public void write(VolumeState state) throws IOException {
    if (device.prompt()) {
      writeInOrder(state);
      return;
    }
    Round round = new Round(replicas.length);
    for (int i = 0; i < replicas.length; i++) {
      int index = i;
      if (busy.compareAndSet(index, 0, 1)) {
        Workers.start("chunkfs-record-" + replicas[index], () -> write(state, index, round));
      } else {
        round.failed(
            new IOException(
                "chunk %d has not returned from the last write".formatted(replicas[index])));
      }
    }
    round.await();
    device.flush();
  }

  /**
   * The same, one replica after another by this thread: for who has nothing else to do meanwhile,
   * and wants the same writes in the same order each time.
   *
   * @throws IOException if fewer than a majority of the replicas could be written
   */
  public void writeInOrder(VolumeState state) throws IOException {
    Round round = new Round(replicas.length);
    for (int i = 0; i < replicas.length; i++) {
      write(state, i, round);
    }
    round.await();
    device.flush();
  }

  private void write(VolumeState state, int index, Round round) {
    try {
      write(state, replicas[index], (int) (state.sequence() & 1));
      busy.set(index, 0);
      round.written();
    } catch (IOException | RuntimeException e) {
      busy.set(index, 0);
      round.failed(e);
    }
  }

  /** One update of all replicas. */
  private static final class Round {
    private final int replicas;
    private int written;
    private int failed;
    private @Nullable Exception first;

    Round(int replicas) {
      this.replicas = replicas;
    }

    synchronized void written() {
      written++;
      notifyAll();
    }

    synchronized void failed(Exception e) {
      failed++;
      first = first == null ? e : first;
      notifyAll();
    }

    private boolean majority() {
      return written * 2 > replicas;
    }

    /** Waits for all, but not long for those that a majority does not need. */
    synchronized void await() throws IOException {
      long from = System.nanoTime();
      while (written + failed < replicas) {
        long waited = (System.nanoTime() - from) / 1_000_000;
        long left = (majority() ? LAGGARD_MILLIS : PATIENCE_MILLIS) - waited;
        if (left <= 0) {
          break;
        }
        Waiting.quietly(this, left);
      }
      if (!majority()) {
        throw new IOException(
            "only %d of %d volume records could be written".formatted(written, replicas), first);
      }
    }
  }
}
