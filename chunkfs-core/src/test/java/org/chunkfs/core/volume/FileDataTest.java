package org.chunkfs.core.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.DataCorruptException;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.FallocateMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Damaged data, kills in the middle of large changes, many threads, the limits of files. */
final class FileDataTest {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final Creation FILE = new Creation(0x1A4, 0, 0, 0);
  private static final byte[] BOOT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

  /** Spoils and watches. */
  private static final class Spoiler extends DelegatingDevice {
    volatile long unreadable = -1;
    volatile @Nullable Runnable beforeWrite;

    Spoiler(BlockDevice below) {
      super(below);
    }

    @Override
    public void read(long position, ByteBuffer dst) throws IOException {
      refuse(position, dst);
      super.read(position, dst);
    }

    @Override
    public void readMedia(long position, ByteBuffer dst) throws IOException {
      refuse(position, dst);
      super.readMedia(position, dst);
    }

    private void refuse(long position, ByteBuffer dst) throws IOException {
      if (unreadable >= position && unreadable < position + dst.remaining()) {
        throw new DeviceException("the medium has a bad place");
      }
    }

    @Override
    public void write(long position, ByteBuffer src) throws IOException {
      Runnable hook = beforeWrite;
      if (hook != null) {
        hook.run();
      }
      super.write(position, src);
    }
  }

  private static MemoryDevice image(int chunks) throws IOException {
    MemoryDevice device = new MemoryDevice((1L + 4 * chunks) << 20);
    ChunkFs.format(device, FormatOptions.seeded(9, 1_000).withChunkBytes(4 << 20));
    return device;
  }

  private static Volume open(BlockDevice device) throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withDeadline(Duration.ofSeconds(10))
            .withFenced(VolumeOptions.FencedPolicy.FAIL),
        BOOT);
  }

  private static byte[] b(String name) {
    return name.getBytes(UTF_8);
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] content(Volume volume, long id) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) volume.getattr(id).size());
    assertThat(volume.read(id, 0, all)).isEqualTo(all.capacity());
    return all.array();
  }

  /** Position on the device of a block that holds these bytes. */
  private static long find(MemoryDevice device, byte[] block) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(BLOCK);
    for (long at = 0; at < device.size(); at += BLOCK) {
      device.read(at, read.clear());
      if (Arrays.equals(read.array(), block)) {
        return at;
      }
    }
    throw new AssertionError("not on the device");
  }

  @Test
  void aDamagedBlockIsNeverServedAndHurtsNobodyElse() throws IOException {
    MemoryDevice device = image(3);
    try (Volume volume = open(device)) {
      long id = volume.create(volume.root(), b("f"), FILE).id();
      byte[] bytes = random(1, 10 * BLOCK);
      volume.write(id, 0, ByteBuffer.wrap(bytes));
      byte[] third = Arrays.copyOfRange(bytes, 3 * BLOCK, 4 * BLOCK);
      long at = find(device, third);
      byte[] bad = third.clone();
      bad[100] ^= 1;
      device.write(at, ByteBuffer.wrap(bad));
      assertThatThrownBy(() -> volume.read(id, 0, ByteBuffer.allocate(10 * BLOCK)))
          .isInstanceOfSatisfying(
              DataCorruptException.class, e -> assertThat(e.offset()).isEqualTo(3 * BLOCK))
          .hasMessageContaining("checksum");
      assertThatThrownBy(() -> volume.write(id, 3 * BLOCK + 5, ByteBuffer.allocate(9)))
          .isInstanceOf(DataCorruptException.class);
      ByteBuffer rest = ByteBuffer.allocateDirect(6 * BLOCK);
      assertThat(volume.read(id, 4 * BLOCK, rest)).isEqualTo(6 * BLOCK);
      assertThat(volume.chunks().getFirst().state()).isEqualTo(ChunkState.SUSPECT);
      volume.write(id, 3 * BLOCK, ByteBuffer.wrap(third));
      assertThat(content(volume, id)).isEqualTo(bytes);
    }
  }

  @Test
  void anUnreadableBlockFailsItsReadsOnly() throws IOException {
    MemoryDevice device = image(3);
    Spoiler spoiler = new Spoiler(device);
    try (Volume volume = open(spoiler)) {
      long id = volume.create(volume.root(), b("f"), FILE).id();
      byte[] bytes = random(2, 3 * BLOCK);
      volume.write(id, 0, ByteBuffer.wrap(bytes));
      spoiler.unreadable = find(device, Arrays.copyOfRange(bytes, BLOCK, 2 * BLOCK));
      assertThatThrownBy(() -> content(volume, id)).isInstanceOf(DataCorruptException.class);
      assertThat(volume.read(id, 2 * BLOCK, ByteBuffer.allocate(BLOCK))).isEqualTo(BLOCK);
      assertThat(volume.chunks().getFirst().state()).isEqualTo(ChunkState.SUSPECT);
      volume.unlink(volume.root(), b("f"));
    }
  }

  /** An operation on a file. */
  private interface Change {
    void run(Volume volume, long id) throws IOException;
  }

  /** Kills before every write of a change: all of it has happened then, or nothing. */
  private void killEverywhere(int size, Change change, byte[] after) throws IOException {
    MemoryDevice device = image(5);
    Spoiler spoiler = new Spoiler(device);
    byte[] before = random(3, size);
    List<MemoryDevice> moments = new ArrayList<>();
    long free;
    try (Volume volume = open(spoiler)) {
      free = volume.statfs().blocksFree();
      long id = volume.create(volume.root(), b("f"), FILE).id();
      volume.write(id, 0, ByteBuffer.wrap(before));
      spoiler.beforeWrite =
          () -> {
            synchronized (moments) {
              moments.add(device.snapshot());
            }
          };
      change.run(volume, id);
      spoiler.beforeWrite = null;
      moments.add(device.snapshot());
      assertThat(content(volume, id)).isEqualTo(after);
    }
    boolean done = false;
    for (MemoryDevice moment : moments) {
      try (Volume volume = open(moment)) {
        long id = volume.lookup(volume.root(), b("f")).id();
        assertThat(volume.quiesce(10_000)).isTrue();
        byte[] now = content(volume, id);
        if (!done && Arrays.equals(now, before)) {
          continue;
        }
        done = true;
        assertThat(Arrays.mismatch(now, after)).isEqualTo(-1);
        volume.write(id, now.length + 5L, ByteBuffer.wrap(b("end")));
        byte[] longer = Arrays.copyOf(after, after.length + 8);
        System.arraycopy(b("end"), 0, longer, after.length + 5, 3);
        assertThat(Arrays.mismatch(content(volume, id), longer)).isEqualTo(-1);
        volume.unlink(volume.root(), b("f"));
        assertThat(volume.quiesce(10_000)).isTrue();
        assertThat(volume.statfs().blocksFree()).isEqualTo(free);
      }
    }
    assertThat(done).isTrue();
  }

  @Test
  void aLargeTruncationIsAllOrNothing() throws IOException {
    byte[] after = Arrays.copyOf(random(3, 11 << 20), 5000);
    killEverywhere(11 << 20, (v, id) -> v.setattr(id, AttrChange.ofSize(5000)), after);
  }

  @Test
  void aLargeHoleIsAllOrNothing() throws IOException {
    byte[] after = random(3, 11 << 20);
    Arrays.fill(after, 10_000, 10_000_000, (byte) 0);
    killEverywhere(
        11 << 20, (v, id) -> v.fallocate(id, FallocateMode.PUNCH_HOLE, 10_000, 9_990_000), after);
  }

  @Test
  void whatWasPunchedOrCutReadsAsZerosLater() throws IOException {
    try (Volume volume = open(image(3))) {
      long id = volume.create(volume.root(), b("f"), FILE).id();
      volume.write(id, 0, ByteBuffer.wrap(random(4, 3 * BLOCK)));
      volume.setattr(id, AttrChange.ofSize(100));
      volume.setattr(id, AttrChange.ofSize(2 * BLOCK));
      byte[] now = content(volume, id);
      assertThat(now).hasSize(2 * BLOCK);
      assertThat(Arrays.copyOf(now, 100)).isEqualTo(Arrays.copyOf(random(4, 3 * BLOCK), 100));
      for (int i = 100; i < now.length; i++) {
        assertThat(now[i]).isZero();
      }
      assertThat(volume.getattr(id).blocks()).isEqualTo(8);
    }
  }

  @Test
  void filesEndAtTheirLimit() throws IOException {
    try (Volume volume = open(image(3))) {
      long id = volume.create(volume.root(), b("f"), FILE).id();
      assertThatThrownBy(() -> volume.write(id, Vfs.FILE_MAX, ByteBuffer.allocate(1)))
          .isInstanceOfSatisfying(
              FsException.class,
              e -> assertThat(e.reason()).isEqualTo(FsException.Reason.FILE_TOO_BIG));
      assertThatThrownBy(() -> volume.setattr(id, AttrChange.ofSize(Vfs.FILE_MAX + 1)))
          .isInstanceOf(FsException.class);
      assertThat(volume.write(id, Vfs.FILE_MAX - 2, ByteBuffer.wrap(b("xyz")))).isEqualTo(2);
      assertThat(volume.getattr(id).size()).isEqualTo(Vfs.FILE_MAX);
      ByteBuffer end = ByteBuffer.allocate(10);
      assertThat(volume.read(id, Vfs.FILE_MAX - 3, end)).isEqualTo(3);
      assertThat(end.array()).startsWith(0, 'x', 'y');
      assertThat(volume.seek(id, 0, false)).isEqualTo(Vfs.FILE_MAX - BLOCK);
      assertThat(volume.seek(id, Vfs.FILE_MAX - 1, true)).isEqualTo(Vfs.FILE_MAX);
      volume.setattr(id, AttrChange.ofSize(0));
      assertThat(volume.getattr(id).blocks()).isZero();
      long dir = volume.mkdir(volume.root(), b("d"), FILE).id();
      assertThatThrownBy(() -> volume.read(dir, 0, ByteBuffer.allocate(1)))
          .isInstanceOfSatisfying(
              FsException.class,
              e -> assertThat(e.reason()).isEqualTo(FsException.Reason.IS_DIRECTORY));
    }
  }

  @Test
  void aFullImageStillTruncatesAndDeletes() throws IOException {
    try (Volume volume = open(image(3))) {
      long free = volume.statfs().blocksFree();
      long id = volume.create(volume.root(), b("f"), FILE).id();
      byte[] piece = random(5, 1 << 20);
      long size = 0;
      while (true) {
        try {
          size += volume.write(id, size, ByteBuffer.wrap(piece));
        } catch (FsException e) {
          assertThat(e.reason()).isEqualTo(FsException.Reason.NO_SPACE);
          break;
        }
      }
      assertThat(size).isGreaterThan(free * BLOCK * 9 / 10);
      volume.setattr(id, AttrChange.ofSize(size / 2 + 77));
      volume.write(id, size / 2 + 77, ByteBuffer.wrap(piece));
      volume.unlink(volume.root(), b("f"));
      assertThat(volume.quiesce(10_000)).isTrue();
      assertThat(volume.statfs().blocksFree()).isEqualTo(free);
    }
  }

  @Test
  void manyThreadsEachSeeTheirOwnFile() throws Exception {
    MemoryDevice device = image(6);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    try (Volume volume = open(device)) {
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        int seed = t;
        threads[t] =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    hammer(volume, seed);
                  } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                  }
                });
      }
      for (Thread t : threads) {
        t.join();
      }
      Throwable first = failure.get();
      if (first != null) {
        throw new AssertionError(first);
      }
      assertThat(volume.chunks())
          .allSatisfy(c -> assertThat(c.state()).isEqualTo(ChunkState.ONLINE));
    }
  }

  private static void hammer(Volume volume, int seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int limit = 2 << 20;
    for (int round = 0; round < 3; round++) {
      byte[] name = b("f" + seed);
      long id = volume.create(volume.root(), name, FILE).id();
      byte[] model = new byte[limit];
      int size = 0;
      for (int i = 0; i < 300; i++) {
        int at = random.nextInt(limit);
        int n = 1 + random.nextInt(Math.min(limit - at, 60_000));
        if (random.nextInt(10) == 0) {
          volume.setattr(id, AttrChange.ofSize(at));
          if (at < size) {
            Arrays.fill(model, at, size, (byte) 0);
          }
          size = at;
        } else {
          byte[] bytes = new byte[n];
          random.nextBytes(bytes);
          volume.write(id, at, ByteBuffer.wrap(bytes));
          System.arraycopy(bytes, 0, model, at, n);
          size = Math.max(size, at + n);
        }
      }
      assertThat(Arrays.mismatch(content(volume, id), Arrays.copyOf(model, size))).isEqualTo(-1);
      volume.unlink(volume.root(), name);
    }
  }
}
