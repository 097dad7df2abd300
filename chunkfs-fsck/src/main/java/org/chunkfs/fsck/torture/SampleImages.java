package org.chunkfs.fsck.torture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.ConcatDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;

/** Small images with something of everything in them, made from a seed. */
public final class SampleImages {
  private static final byte[] BOOT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  private static final int CHUNKS = 6;
  private static final int CHUNK = 4 << 20;

  /** The devices are memory: only a process that is suspended for a while could be so late. */
  private static final Duration DEADLINE = Duration.ofHours(1);

  private static final int QUIET_MILLIS = 10_000;

  /** Names that make a directory one that is split when its chunk gets full. */
  static final int WIDE = 600;

  /** Names of a directory that stays in one chunk; with so few a case takes less time. */
  private static final int NARROW = 100;

  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final Vfs.Creation DIR = new Vfs.Creation(0x1ED, 1, 2, 0);

  private SampleImages() {}

  /** The boot id that these images were opened under: to their checks the machine has run on. */
  public static byte[] bootId() {
    return BOOT.clone();
  }

  /** A new image of six chunks of 4 MiB. */
  public static MemoryDevice empty(long seed) throws IOException {
    MemoryDevice device = new MemoryDevice((1 << 20) + (long) CHUNKS * CHUNK);
    ChunkFs.format(device, FormatOptions.seeded(seed, 1_000).withChunkBytes(CHUNK));
    return device;
  }

  /** Opens an image as its owner would. */
  public static Volume open(BlockDevice device) throws IOException {
    return open(device, BOOT);
  }

  /** The same, on a machine that was started anew. */
  public static Volume openAfterReboot(BlockDevice device, int number) throws IOException {
    byte[] boot = BOOT.clone();
    boot[15] += (byte) number;
    return open(device, boot);
  }

  private static Volume open(BlockDevice device, byte[] boot) throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withDeadline(DEADLINE)
            .withClock(InstantSource.fixed(Instant.ofEpochSecond(1_000)))
            .withFenced(VolumeOptions.FencedPolicy.FAIL),
        boot);
  }

  /**
   * An image, and how to call it.
   *
   * @param earlier the same image before the last things were done to it
   */
  public record Sample(String name, BlockDevice device, BlockDevice earlier) {}

  /** One of the kinds of image, by a number: small and large, closed and not, spread and not. */
  public static Sample sample(long seed, int number) throws IOException {
    return sample(seed, number, number % 32 >= 30 ? WIDE : NARROW);
  }

  /**
   * The same.
   *
   * @param names in a directory, if the image is one with files or directories in several chunks
   */
  static Sample sample(long seed, int number, int names) throws IOException {
    boolean settled = (number & 1) == 0;
    boolean spread = number % 4 >= 2;
    boolean mixed = number % 8 >= 4; // some in place, some in the journals
    String closed = mixed ? "closed" : "at rest";
    String killed = mixed ? "as after a rest and SIGKILL" : "as after SIGKILL";
    String name =
        "%s image %d:%d, %s"
            .formatted(spread ? "spread" : "plain", seed, number, settled ? closed : killed);
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    BlockDevice device = spread ? twoMembers(random.nextLong()) : empty(random.nextLong());
    Volume volume = open(device);
    if (spread) {
      wide(volume, random, names);
    }
    fill(volume, random, 4, 12);
    volume.close();
    device = copy(device);
    if (mixed && !settled) {
      settle(device);
      device = copy(device);
    }
    BlockDevice earlier = copy(device);
    volume = open(device);
    volume.quiesce(QUIET_MILLIS);
    fill(volume, random, 3, 8);
    rarities(volume, random);
    if (!settled) {
      BlockDevice left = copy(device);
      volume.abandon();
      return new Sample(name, left, earlier);
    }
    volume.close();
    device = copy(device);
    settle(device);
    device = copy(device);
    if (mixed) {
      volume = open(device);
      volume.quiesce(QUIET_MILLIS);
      fill(volume, random, 1, 8);
      volume.close();
    }
    return new Sample(name, copy(device), earlier);
  }

  /** Empties the journals, but for the stamps of closing: what is in place counts. */
  private static void settle(BlockDevice device) throws IOException {
    Volume volume = open(device);
    volume.quiesce(QUIET_MILLIS);
    volume.syncfs();
    volume.upkeep().renewAll();
    volume.close();
  }

  /** Devices, pipes, holes, preallocated blocks, hard links across directories, and orphans. */
  private static void rarities(Volume volume, SplittableRandom random) throws IOException {
    long dir = volume.mkdir(volume.root(), name("rare", random), DIR).id();
    volume.mknod(dir, name("block", random), new Vfs.Creation(Vfs.S_IFBLK | 0x180, 0, 0, 0x801));
    volume.mknod(dir, name("char", random), new Vfs.Creation(Vfs.S_IFCHR | 0x180, 0, 0, 0x103));
    volume.mknod(dir, name("pipe", random), new Vfs.Creation(Vfs.S_IFIFO | 0x180, 0, 0, 0));
    volume.mknod(dir, name("socket", random), new Vfs.Creation(Vfs.S_IFSOCK | 0x180, 0, 0, 0));
    long sparse = volume.create(dir, name("sparse", random), FILE).id();
    for (int i = 0; i < 12; i++) {
      byte[] bytes = new byte[100];
      random.nextBytes(bytes);
      volume.write(sparse, i * 40_960L, ByteBuffer.wrap(bytes));
    }
    long reserved = volume.create(dir, name("reserved", random), FILE).id();
    volume.fallocate(reserved, Vfs.FallocateMode.ALLOCATE_KEEP_SIZE, 0, 30_000);
    volume.link(sparse, volume.root(), name("second", random));
    long other = volume.mkdir(volume.root(), name("other", random), DIR).id();
    for (int i = 0; i < 4; i++) {
      long id = volume.create(other, name("far", random), FILE).id();
      write(volume, id, random, 1);
      volume.link(id, dir, name("near", random));
    }
    byte[] gone = name("gone", random);
    long orphan = volume.create(dir, gone, FILE).id();
    write(volume, orphan, random, 2);
    volume.open(orphan);
    volume.unlink(dir, gone);
  }

  /**
   * An image with content.
   *
   * @param settled whether it was closed, and opened and closed once more; else as after SIGKILL
   */
  public static MemoryDevice full(long seed, boolean settled) throws IOException {
    MemoryDevice device = empty(seed);
    Volume volume = open(device);
    SplittableRandom random = new SplittableRandom(seed);
    fill(volume, random, 6, 20);
    if (settled) {
      volume.close();
      device = device.snapshot();
      volume = open(device);
      fill(volume, random, 2, 10);
      volume.close();
      return device.snapshot();
    }
    MemoryDevice left = device.snapshot();
    volume.abandon();
    return left;
  }

  /**
   * An image of two members, on which a file and a directory lie in several chunks.
   *
   * @param settled whether it was closed; else as after SIGKILL
   */
  public static BlockDevice spread(long seed, boolean settled) throws IOException {
    BlockDevice device = twoMembers(seed);
    Volume volume = open(device);
    SplittableRandom random = new SplittableRandom(seed);
    wide(volume, random, WIDE);
    fill(volume, random, 2, 10);
    if (settled) {
      volume.close();
      return copy(device);
    }
    BlockDevice left = copy(device);
    volume.abandon();
    return left;
  }

  private static BlockDevice twoMembers(long seed) throws IOException {
    long bytes = (1 << 20) + (long) CHUNKS / 2 * CHUNK;
    ConcatDevice device =
        new ConcatDevice(List.of(new MemoryDevice(bytes), new MemoryDevice(bytes)));
    ChunkFs.format(device, FormatOptions.seeded(seed, 1_000).withChunkBytes(CHUNK));
    return device;
  }

  /** A directory, and a file in it, that outgrow their chunk. */
  private static void wide(Volume volume, SplittableRandom random, int names) throws IOException {
    long above = volume.mkdir(volume.root(), "above".getBytes(UTF_8), DIR).id();
    for (int i = 0; i < 3; i++) { // a part's generation is then another than its head's
      volume.create(above, name("first", random), FILE);
    }
    long dir = volume.mkdir(above, "wide".getBytes(UTF_8), DIR).id();
    for (int i = 0; i < names; i++) {
      volume.create(dir, name("file", random), FILE);
    }
    long large = volume.create(dir, "large".getBytes(UTF_8), FILE).id();
    byte[] bytesOf = new byte[1 << 18];
    for (int i = 0; i < 18; i++) {
      random.nextBytes(bytesOf);
      volume.write(large, (long) i * bytesOf.length, ByteBuffer.wrap(bytesOf));
    }
    for (int i = 0; i < names / 10; i++) {
      volume.create(dir, name("more", random), FILE);
    }
  }

  /** An open device with the same content, of a device in memory. */
  public static BlockDevice copy(BlockDevice device) {
    return switch (device) {
      case MemoryDevice memory -> memory.snapshot();
      case ConcatDevice concat ->
          new ConcatDevice(concat.parts().stream().map(SampleImages::copy).toList());
      default -> device;
    };
  }

  private static void fill(Volume volume, SplittableRandom random, int dirs, int files)
      throws IOException {
    List<Long> directories = new ArrayList<>(List.of(volume.root()));
    List<Long> regular = new ArrayList<>();
    for (int d = 0; d < dirs; d++) {
      long parent = d % 2 == 0 ? volume.root() : pick(directories, random);
      directories.add(volume.mkdir(parent, name("dir", random), DIR).id());
    }
    for (int f = 0; f < files * dirs; f++) {
      long dir = pick(directories, random);
      switch (random.nextInt(8)) {
        case 0 -> {
          byte[] target = new byte[1 + random.nextInt(2000)];
          java.util.Arrays.fill(target, (byte) 'x');
          volume.symlink(dir, name("link", random), target, FILE);
        }
        case 1 -> {
          if (!regular.isEmpty()) {
            volume.link(pick(regular, random), dir, name("hard", random));
          }
        }
        case 2 -> {
          long id = volume.create(dir, name("x", random), FILE).id();
          for (int i = 0; i < 3; i++) {
            byte[] value = new byte[random.nextInt(3000)];
            random.nextBytes(value);
            volume.setxattr(id, name("user.a", random), value, Vfs.XattrMode.SET);
          }
        }
        case 3 -> {
          byte[] gone = name("gone", random);
          long id = volume.create(dir, gone, FILE).id();
          write(volume, id, random, 2);
          volume.unlink(dir, gone);
          volume.quiesce(QUIET_MILLIS); // so that the same seed makes the same image
        }
        default -> {
          long id = volume.create(dir, name("file", random), FILE).id();
          write(volume, id, random, random.nextInt(6));
          regular.add(id);
        }
      }
    }
  }

  private static void write(Volume volume, long id, SplittableRandom random, int pieces)
      throws IOException {
    for (int i = 0; i < pieces; i++) {
      byte[] bytes = new byte[1 + random.nextInt(9000)];
      random.nextBytes(bytes);
      volume.write(id, random.nextInt(60_000), ByteBuffer.wrap(bytes));
    }
  }

  private static long pick(List<Long> of, SplittableRandom random) {
    return of.get(random.nextInt(of.size()));
  }

  private static byte[] name(String prefix, SplittableRandom random) {
    return (prefix + Long.toHexString(random.nextLong() >>> 20)).getBytes(UTF_8);
  }
}
