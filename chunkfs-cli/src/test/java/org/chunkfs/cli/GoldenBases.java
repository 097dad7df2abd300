package org.chunkfs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.report.FsckReport;

/**
 * Makes the images that golden cases begin with. They are kept, and never made again: an image of a
 * released format stays as that release wrote it.
 */
final class GoldenBases {
  static final List<String> NAMES =
      List.of("fresh", "small", "killed", "spread", "moved", "unsynced", "recent");
  static final byte[] BOOT = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static final int CHUNK = 4 << 20;
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final Vfs.Creation DIR = new Vfs.Creation(0x1ED, 1, 2, 0);

  private GoldenBases() {}

  /** Makes one, as files in a directory. */
  static void make(String name, Path directory) throws IOException {
    BlockDevice device =
        switch (name) {
          case "fresh" -> format(1, 4);
          case "small" -> small(true);
          case "killed" -> small(false);
          case "spread" -> spread();
          case "moved" -> moved();
          case "unsynced" -> unsynced();
          case "recent" -> recent();
          default -> throw new IllegalArgumentException(name);
        };
    List<MemoryDevice> parts = new ArrayList<>();
    if (device instanceof ConcatDevice concat) {
      concat.parts().forEach(part -> parts.add((MemoryDevice) part));
    } else {
      parts.add((MemoryDevice) device);
    }
    for (int i = 0; i < parts.size(); i++) {
      save(parts.get(i), directory.resolve((char) ('a' + i) + ".img"));
    }
  }

  private static BlockDevice format(int members, int chunks) throws IOException {
    List<BlockDevice> parts = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      parts.add(new MemoryDevice((1 << 20) + (long) chunks * CHUNK));
    }
    BlockDevice device = members == 1 ? parts.getFirst() : new ConcatDevice(parts);
    ChunkFs.format(device, FormatOptions.seeded(7, 1_000).withChunkBytes(CHUNK));
    return device;
  }

  private static Volume open(BlockDevice device) throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withDeadline(Duration.ofSeconds(20))
            .withFenced(VolumeOptions.FencedPolicy.FAIL)
            .withClock(InstantSource.fixed(NOW)),
        BOOT);
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) ('a' + seed % 26));
    return bytes;
  }

  private static long file(Volume volume, long dir, String name, int length) throws IOException {
    long id = volume.create(dir, name(name), FILE).id();
    if (length > 0) {
      volume.write(id, 0, ByteBuffer.wrap(bytes(length, name.length())));
    }
    return id;
  }

  /** Something of everything, in three chunks. */
  private static BlockDevice small(boolean settled) throws IOException {
    BlockDevice device = format(1, 4);
    Volume volume = open(device);
    long root = volume.root();
    file(volume, root, "top", 5000);
    long dir = volume.mkdir(root, name("dir"), DIR).id();
    long f = file(volume, dir, "f", 12_000);
    volume.link(f, dir, name("hard"));
    volume.link(f, root, name("cross"));
    volume.symlink(dir, name("link"), name("/some/where"), FILE);
    volume.symlink(dir, name("long"), bytes(1500, 3), FILE);
    long attr = file(volume, dir, "attr", 100);
    volume.setxattr(attr, name("user.small"), name("value"), Vfs.XattrMode.SET);
    volume.setxattr(attr, name("user.big"), bytes(2500, 9), Vfs.XattrMode.SET);
    long frag = file(volume, dir, "frag", 0);
    for (int i = 0; i < 40; i++) {
      volume.write(frag, i * 8192L, ByteBuffer.wrap(bytes(4096, i)));
    }
    long pre = file(volume, dir, "pre", 0);
    volume.fallocate(pre, Vfs.FallocateMode.ALLOCATE, 0, 40_960);
    file(volume, dir, "empty", 0);
    long sub = volume.mkdir(dir, name("sub"), DIR).id();
    file(volume, sub, "deep", 3000);
    long wide = volume.mkdir(root, name("wide"), DIR).id();
    long one = file(volume, wide, "one", 0);
    for (int i = 0; i < 75; i++) {
      volume.link(one, wide, name("a-name-of-some-length-so-that-pages-fill-%03d".formatted(i)));
    }
    volume.mknod(dir, name("dev"), new Vfs.Creation(0x2000 | 0x1A4, 0, 0, 0x103));
    volume.mknod(dir, name("fifo"), new Vfs.Creation(0x1000 | 0x1A4, 0, 0, 0));
    long gone = file(volume, dir, "gone", 9000);
    volume.open(gone);
    volume.syncfs();
    volume.unlink(dir, name("gone"));
    if (settled) {
      return settled(volume, device);
    }
    BlockDevice left = copy(device);
    volume.abandon();
    return left;
  }

  /** Two members; a file and a directory that lie in several chunks. */
  private static BlockDevice spread() throws IOException {
    BlockDevice device = format(2, 2);
    Volume volume = open(device);
    long dir = volume.mkdir(volume.root(), name("wide"), DIR).id();
    for (int i = 0; i < 24; i++) {
      volume.create(dir, name("n%d".formatted(i)), FILE);
    }
    long large = volume.create(dir, name("large"), FILE).id();
    byte[] piece = bytes(1 << 18, 5);
    for (int i = 0; i < 15; i++) {
      volume.write(large, (long) i * piece.length, ByteBuffer.wrap(piece));
    }
    for (int i = 0; i < 8; i++) {
      volume.create(dir, name("m%d".formatted(i)), FILE);
    }
    return settled(volume, device);
  }

  /** Directories within directories, in several chunks, and an empty journal. */
  private static BlockDevice moved() throws IOException {
    BlockDevice device = format(1, 5);
    Volume volume = open(device);
    long a = volume.mkdir(volume.root(), name("a"), DIR).id();
    long b = volume.mkdir(volume.root(), name("b"), DIR).id();
    long inA = volume.mkdir(a, name("in"), DIR).id();
    long deep = volume.mkdir(inA, name("deep"), DIR).id();
    file(volume, deep, "file", 100);
    long across = volume.mkdir(b, name("across"), DIR).id();
    file(volume, across, "file", 200);
    volume.rename(b, name("across"), a, name("across"), Vfs.RenameMode.REPLACE);
    volume.link(file(volume, b, "two", 300), a, name("two"));
    return settled(volume, device);
  }

  /** Commits that nothing has made durable yet. */
  private static BlockDevice unsynced() throws IOException {
    BlockDevice device = format(1, 4);
    Volume volume = open(device);
    long one = volume.mkdir(volume.root(), name("one"), DIR).id();
    long two = volume.mkdir(volume.root(), name("two"), DIR).id();
    volume.syncfs();
    long file = file(volume, two, "file", 0);
    volume.link(file, volume.root(), name("across"));
    file(volume, one, "the-last-of-its-chunk", 0);
    file(volume, two, "later", 0);
    BlockDevice left = copy(device);
    volume.abandon();
    return left;
  }

  /** The same, in journals that were empty before. */
  private static BlockDevice recent() throws IOException {
    BlockDevice device = moved();
    Volume volume = open(device);
    file(volume, volume.lookup(volume.root(), name("a")).id(), "later", 0);
    BlockDevice left = copy(device);
    volume.abandon();
    return left;
  }

  private static BlockDevice copy(BlockDevice device) {
    return switch (device) {
      case MemoryDevice memory -> memory.snapshot();
      case ConcatDevice concat ->
          new ConcatDevice(concat.parts().stream().map(GoldenBases::copy).toList());
      default -> throw new IllegalArgumentException(device.toString());
    };
  }

  /** Brings everything from the journals to its place: each chunk crashes, and starts anew. */
  private static BlockDevice settled(Volume volume, BlockDevice device) throws IOException {
    volume.syncfs();
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      if (new ChunkReader(volume.image(), chunk).initialized()) {
        volume.crash(chunk);
        FsckReport report =
            OnlineFsck.run(volume, chunk, true, true, NOW.toEpochMilli() * 1_000_000);
        if (!report.clean()) {
          throw new IllegalStateException(report.remaining().toString());
        }
      }
    }
    volume.quiesce(1000);
    BlockDevice left = copy(device);
    volume.abandon();
    return left;
  }

  private static void save(BlockDevice device, Path path) throws IOException {
    try (FileChannel out =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocate(BlockDevice.BLOCK);
      for (long at = 0; at < device.size(); at += block.capacity()) {
        device.read(at, block.clear());
        boolean zero = block.flip().mismatch(ByteBuffer.allocate(block.capacity())) < 0;
        if (!zero || at + block.capacity() == device.size()) {
          out.write(block, at);
        }
      }
    }
    if (Files.size(path) != device.size()) {
      throw new IOException(path + " has not the size it should have");
    }
  }
}
