package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.MemberMissingException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.core.volume.VolumeRecords;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;

/** Rewrites what belongs to the image as a whole from its copies. */
public final class ImageRepair {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final BlockDevice device;
  private final ImageLayout layout;

  /** Writes to {@code image}. */
  public ImageRepair(Image image) {
    this.device = image.device();
    this.layout = image.layout();
  }

  /**
   * Superblocks and ring maps; a ring map is rebuilt as all ones: that costs a look at each ring.
   */
  void copies(Findings findings, List<String> log) throws IOException {
    boolean superblocks = findings.count(Problem.SUPERBLOCK) > 0;
    boolean maps = findings.count(Problem.RING_MAP) + findings.count(Problem.RING_MAP_BIT) > 0;
    for (int member = 0; member < layout.members().size(); member++) {
      if (!device.members().get(Math.min(member, device.members().size() - 1)).present()) {
        continue;
      }
      long start = layout.members().get(member).start();
      if (superblocks) {
        log.add("rewrite the superblock of member " + (member + 1));
        put(start, layout.superblock(member));
      }
      for (int i = 0; maps && i < RingMap.count(layout, member); i++) {
        log.add("rewrite the ring map of member " + (member + 1));
        put(start + Superblock.RING_MAP_BLOCK + i, RingMap.full(layout, member, i));
      }
    }
    device.flush();
  }

  private void put(long block, byte[] bytes) throws IOException {
    try {
      device.write(block * BLOCK, ByteBuffer.wrap(bytes));
    } catch (MemberMissingException e) {
      // The member is cut short; what is there of it is repaired.
    }
  }

  /** Writes a volume record to all slots of all replicas; returns the one that counts then. */
  public VolumeState record(VolumeState state) throws IOException {
    VolumeRecords records = new VolumeRecords(device, layout);
    records.writeInOrder(state);
    VolumeState second = state.successor();
    records.writeInOrder(second);
    return second;
  }

  /** The record without entries that make no sense, and without chunks that are in order again. */
  VolumeState sensible(VolumeState state, List<Integer> returned) {
    VolumeState sensible = state.sensible(layout.chunks());
    for (int chunk : returned) {
      sensible = sensible.returned(chunk);
    }
    return sensible;
  }
}
