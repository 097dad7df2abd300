package org.chunkfs.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the repair of a golden case after its first write, after its second, and so on: the image
 * can then be mounted if it could before, and a repair comes to an end, with a mount before it or
 * without.
 */
final class GoldenKills {
  private GoldenKills() {}

  /**
   * What came of it.
   *
   * @param cuts how often a repair was cut
   * @param broken what did not converge, in words
   */
  record Outcome(int cuts, List<String> broken) {}

  /** A device that dies after some writes. */
  private static final class Dying extends DelegatingDevice {
    private final int after;
    private int writes;

    Dying(BlockDevice device, int after) {
      super(device);
      this.after = after;
    }

    @Override
    public synchronized void write(long position, ByteBuffer src) throws IOException {
      if (writes++ >= after) {
        throw new IOException("the device is dead");
      }
      super.write(position, src);
    }
  }

  /**
   * Runs one.
   *
   * @param step 1: at every write; else only at every second, third and so on
   */
  static Outcome run(GoldenCase one, int step) throws IOException {
    if (one.settings().containsKey("leave") || one.settings().containsKey("cut")) {
      return new Outcome(0, List.of()); // with a member missing no repair comes to an end
    }
    List<String> broken = new ArrayList<>();
    List<BlockDevice> parts = new ArrayList<>();
    Path work = Files.createTempDirectory("golden");
    try {
      for (Path member : GoldenFiles.unpack(one.image(), work)) {
        parts.add(load(member));
      }
    } finally {
      GoldenFiles.delete(work);
    }
    FsckOptions repair =
        FsckOptions.repair(GoldenBases.NOW.toEpochMilli() * 1_000_000)
            .withBootId(one.boot())
            .withThreads(1);
    boolean mountable = mounted(one, copy(parts)) != null;
    boolean cut = true;
    int cuts = 0;
    for (int after = 0; cut; after += step) {
      BlockDevice device = copy(parts);
      Dying dying = new Dying(device, after);
      try {
        Fsck.repair(image(one, dying), repair, Progress.NONE);
        cut = false;
      } catch (IOException e) {
        cut = dying.writes > after;
        cuts++;
      }
      String what = "%s cut after %d writes".formatted(one, after);
      BlockDevice used = mountable ? mounted(one, copy(List.of(device))) : null;
      if (mountable && used == null) {
        broken.add(what + ": it cannot be mounted any more");
      } else if (used != null) {
        converges(one, used, repair, what + ", then mounted", broken);
      }
      converges(one, device, repair, what, broken);
    }
    return new Outcome(cuts, broken);
  }

  private static void converges(
      GoldenCase one, BlockDevice device, FsckOptions repair, String what, List<String> broken) {
    try {
      FsckReport again = Fsck.repair(image(one, device), repair, Progress.NONE);
      FsckReport last =
          Fsck.check(
              image(one, device),
              FsckOptions.check().withBootId(one.boot()).withThreads(1),
              Progress.NONE);
      if (!again.clean() || last.warnings() + last.errors() > 0) {
        broken.add("%s: %s".formatted(what, last.findings()));
      }
    } catch (IOException | RuntimeException e) {
      broken.add("%s: %s".formatted(what, e));
    }
  }

  /** What a mount and its end leave of an image; null if it cannot be mounted. */
  private static @Nullable BlockDevice mounted(GoldenCase one, BlockDevice device) {
    VolumeOptions options = VolumeOptions.defaults().withFenced(VolumeOptions.FencedPolicy.FAIL);
    try {
      Volume volume = Volume.open(image(one, device), options, one.boot());
      volume.close();
      return copy(List.of(device));
    } catch (IOException e) {
      return null;
    }
  }

  /** The image, by its second superblock where the case is about the first one. */
  private static Image image(GoldenCase one, BlockDevice device) throws IOException {
    String args = one.settings().getOrDefault("args", "");
    return args.contains("-b 256") ? Image.ofCopy(device, 256) : Image.of(device);
  }

  /** A copy of devices in memory, as one. */
  static BlockDevice copy(List<BlockDevice> parts) {
    List<BlockDevice> copies = new ArrayList<>();
    for (BlockDevice part : parts) {
      copies.add(
          part instanceof ConcatDevice concat
              ? copy(concat.parts())
              : ((MemoryDevice) part).snapshot());
    }
    return copies.size() == 1 ? copies.getFirst() : new ConcatDevice(copies);
  }

  /** A device in memory with what a file holds. */
  static MemoryDevice load(Path file) throws IOException {
    MemoryDevice device = new MemoryDevice(Files.size(file));
    ByteBuffer block = ByteBuffer.allocate(BlockDevice.BLOCK);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long at = 0; at < device.size(); at += block.capacity()) {
        block.clear();
        while (block.hasRemaining() && in.read(block, at + block.position()) >= 0) {
          // the file is as long as the device
        }
        boolean zero = block.flip().mismatch(ByteBuffer.allocate(block.capacity())) < 0;
        if (!zero) {
          device.write(at, block);
        }
      }
    }
    return device;
  }
}
