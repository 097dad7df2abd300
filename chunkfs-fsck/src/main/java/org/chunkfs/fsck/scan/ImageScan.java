package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.MemberMissingException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.core.volume.VolumeVote;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to the image as a whole.
 *
 * <p>Tests: members are there; every member's superblock and ring map; both slots of every replica
 * of the volume record, and that all replicas are as new. Collects the volume's state. Relies on
 * the layout alone.
 */
public final class ImageScan {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final BlockDevice device;
  private final ImageLayout layout;
  private final Findings findings;
  private final RingMap rings;
  private @Nullable VolumeState state;

  private ImageScan(BlockDevice device, ImageLayout layout, Findings findings) {
    this.device = device;
    this.layout = layout;
    this.findings = findings;
    this.rings = RingMap.read(device, layout);
  }

  /** Reads it all; what is wrong goes to {@code findings}. */
  public static ImageScan read(BlockDevice device, ImageLayout layout, Findings findings) {
    ImageScan scan = new ImageScan(device, layout, findings);
    List<BlockDevice.Member> members = device.members();
    for (int i = 0; i < layout.members().size(); i++) {
      if (i < members.size() && !members.get(i).present()) {
        findings.add(Problem.MEMBER_MISSING, i + 1 + " (" + members.get(i).name() + ")");
        continue;
      }
      int last = layout.members().get(i).firstChunk() + layout.members().get(i).chunks() - 1;
      if (!new ChunkReader(device, layout, last).present()) {
        String name = i < members.size() ? members.get(i).name() : "cut short";
        findings.add(Problem.MEMBER_MISSING, i + 1 + " (" + name + ")");
      }
      scan.superblock(i);
      for (int block = 0; block < RingMap.count(layout, i); block++) {
        scan.ringMap(i, block);
      }
    }
    scan.volumeRecords();
    return scan;
  }

  private byte[] read(long block, int count) throws IOException {
    byte[] bytes = new byte[count * BLOCK];
    device.read(block * BLOCK, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void superblock(int member) {
    String bad;
    try {
      byte[] found = read(layout.members().get(member).start(), 1);
      byte[] expected = layout.superblock(member);
      int at = Arrays.mismatch(found, expected);
      bad = at < 0 ? null : "it differs from the image's from byte " + at + " on";
    } catch (IOException e) {
      bad = e.getMessage();
    }
    if (bad != null) {
      findings.add(Problem.SUPERBLOCK, member + 1, bad);
    }
  }

  private void ringMap(int member, int i) {
    int block = Superblock.RING_MAP_BLOCK + i;
    String bad;
    try {
      byte[] map = read(layout.members().get(member).start() + block, 1);
      bad = BlockHeader.problem(map, BlockKind.RING_MAP, layout.uuid(), -1, block);
      if (bad == null && !BlockHeader.sealed(map, BLOCK)) {
        bad = "its checksum is wrong";
      }
      int chunks = layout.members().get(member).chunks() - i * RingMapBlock.CHUNKS;
      for (int bit = chunks; bad == null && bit < RingMapBlock.CHUNKS; bit++) {
        if ((map[BlockHeader.SIZE + (bit >>> 3)] >>> (bit & 7) & 1) != 0) {
          bad = "bit " + bit + " is of no chunk";
        }
      }
    } catch (MemberMissingException e) {
      return; // that the member is cut short is said once
    } catch (IOException e) {
      bad = e.getMessage();
    }
    if (bad != null) {
      findings.add(Problem.RING_MAP, member + 1, i, bad);
    }
  }

  /** A record that can be read. */
  private record Slot(int replica, int slot, VolumeState state) {}

  private void volumeRecords() {
    int[] replicas = layout.replicas();
    List<Findings> of = new ArrayList<>();
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < replicas.length; i++) {
      of.add(new Findings(replicas[i]));
      if (new ChunkReader(device, layout, replicas[i]).present()) {
        for (int slot = 0; slot < 2; slot++) {
          VolumeState found = slot(replicas[i], slot, of.get(i));
          if (found != null) {
            slots.add(new Slot(i, slot, found));
          }
        }
      }
    }
    List<VolumeState> all = slots.stream().map(Slot::state).toList();
    VolumeState best = VolumeVote.newest(all);
    state = best;
    if (best == null) {
      of.forEach(findings::addAll);
      findings.add(Problem.VOLUME_RECORDS_LOST);
      return;
    }
    @Nullable VolumeState[] newest = new VolumeState[replicas.length];
    for (Slot slot : slots) {
      String bad = forged(slot, all);
      if (bad != null) {
        int block = layout.geometry(replicas[slot.replica]).volumeRecord(slot.slot);
        of.get(slot.replica).block(block, Problem.VOLUME_RECORD, slot.slot, bad);
        continue;
      }
      VolumeState other = newest[slot.replica];
      newest[slot.replica] =
          other == null || slot.state.sequence() > other.sequence() ? slot.state : other;
    }
    for (int i = 0; i < replicas.length; i++) {
      VolumeState its = newest[i];
      if (its != null && its.sequence() < best.sequence()) {
        boolean cut = its.sequence() >= best.sequence() - VolumeVote.CUT_IN_A_ROW;
        of.get(i)
            .add(
                cut ? Problem.VOLUME_RECORD_CUT : Problem.VOLUME_RECORD_STALE,
                its.sequence(),
                best.sequence());
      }
      findings.addAll(of.get(i));
    }
    entries(best);
  }

  /** What shows that a record with a good checksum was not written by an opening, or null. */
  private static @Nullable String forged(Slot slot, List<VolumeState> all) {
    VolumeState state = slot.state;
    // The first record of all stands in both slots.
    if (state.sequence() != 0 && (state.sequence() & 1) != slot.slot) {
      return "its number %d belongs in the other slot".formatted(state.sequence());
    }
    if (VolumeVote.farAhead(state, all)) {
      return "its number %d is far ahead of all others".formatted(state.sequence());
    }
    int votes = VolumeVote.votes(state, all);
    for (VolumeState other : all) {
      if (other.sequence() == state.sequence() && VolumeVote.votes(other, all) > votes) {
        return "it differs from the other replicas' record %d".formatted(state.sequence());
      }
    }
    return null;
  }

  private @Nullable VolumeState slot(int chunk, int slot, Findings of) {
    ChunkGeometry geometry = layout.geometry(chunk);
    int block = geometry.volumeRecord(slot);
    try {
      byte[] record = read(layout.base(chunk) / BLOCK + block, VolumeRecord.BLOCKS);
      String bad = VolumeState.problem(record, layout.uuid(), chunk, block);
      if (bad == null) {
        return VolumeState.decode(record);
      }
      of.block(block, Problem.VOLUME_RECORD, slot, bad);
    } catch (IOException e) {
      of.block(block, Problem.VOLUME_RECORD, slot, e.getMessage());
    }
    return null;
  }

  private void entries(VolumeState best) {
    best.out()
        .forEach((chunk, out) -> {
          if (chunk < 0 || chunk >= layout.chunks()) {
            findings.add(Problem.VOLUME_RECORD_ENTRY, "state", "there is no chunk " + chunk);
          }
        });
    for (VolumeState.Void v : best.voids()) {
      boolean nowhere = v.chunk() == VolumeState.Void.NOWHERE;
      if (!nowhere && (v.chunk() < 0 || v.chunk() >= layout.chunks())) {
        findings.add(Problem.VOLUME_RECORD_ENTRY, "void", "there is no chunk " + v.chunk());
      }
    }
    for (VolumeState.Decision d : best.decisions()) {
      if (d.epoch() < 0 || d.epoch() >= best.epoch()) {
        findings.add(
            Problem.VOLUME_RECORD_ENTRY,
            "decision",
            "epoch %d, the last one is %d".formatted(d.epoch(), best.epoch()));
      }
    }
  }

  /** The newest volume record; null if none can be read. */
  public @Nullable VolumeState state() {
    return state;
  }

  /** Which rings may hold records, as the map says. */
  public RingMap rings() {
    return rings;
  }
}
