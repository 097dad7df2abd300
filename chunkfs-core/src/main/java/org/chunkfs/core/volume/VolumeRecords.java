package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.device.BlockDevice;
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

  public VolumeRecords(BlockDevice device, ImageLayout layout) {
    this.device = device;
    this.layout = layout;
    this.replicas = layout.replicas();
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
   * The newest record that can be read anywhere.
   *
   * @throws ImageException DAMAGED if there is none
   */
  public VolumeState read() throws ImageException {
    VolumeState best = null;
    for (int chunk : replicas) {
      for (int slot = 0; slot < 2; slot++) {
        VolumeState found = slot(chunk, slot);
        if (found != null && (best == null || found.sequence() > best.sequence())) {
          best = found;
        }
      }
    }
    if (best == null) {
      throw new ImageException(
          ImageException.Kind.DAMAGED,
          "none of the image's %d volume records can be read; chunkfs fsck rebuilds them"
              .formatted(replicas.length));
    }
    return best;
  }

  /**
   * Writes the next record, durable on return.
   *
   * @throws IOException if fewer than a majority of the replicas could be written
   */
  public void write(VolumeState state) throws IOException {
    int written = 0;
    IOException first = null;
    for (int chunk : replicas) {
      try {
        write(state, chunk, (int) (state.sequence() & 1));
        written++;
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (written * 2 <= replicas.length) {
      throw new IOException(
          "only %d of %d volume records could be written".formatted(written, replicas.length),
          first);
    }
    device.flush();
  }
}
