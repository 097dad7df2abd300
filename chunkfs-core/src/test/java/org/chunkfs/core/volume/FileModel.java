package org.chunkfs.core.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.FallocateMode;

/** A file in a small image beside the bytes it must hold. */
final class FileModel {
  static final int BLOCK = 4096;
  private static final byte[] BOOT = new byte[16];

  static {
    Arrays.fill(BOOT, (byte) 7);
  }

  /** One step: what, where, how much. */
  record Step(int what, int where, int length) {}

  private final int limit;
  private MemoryDevice device;
  Volume volume;
  private long id;
  private byte[] bytes;
  private int size;
  private int version;

  FileModel(int chunks, int limit) throws IOException {
    this.limit = limit;
    this.bytes = new byte[limit];
    this.device = new MemoryDevice((1L + 4 * chunks) << 20);
    ChunkFs.format(device, FormatOptions.seeded(3, 1_000).withChunkBytes(4 << 20));
    volume = open();
    id = volume.create(volume.root(), name(), new Creation(0x1A4, 0, 0, 0)).id();
  }

  private static byte[] name() {
    return "file".getBytes(UTF_8);
  }

  private Volume open() throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withDeadline(Duration.ofSeconds(20))
            .withFenced(VolumeOptions.FencedPolicy.FAIL),
        BOOT);
  }

  /** As after SIGKILL. */
  void killAndReopen() throws IOException {
    MemoryDevice left = device.snapshot();
    volume.abandon();
    device = left;
    volume = open();
  }

  void run(Step step) throws IOException {
    int where = Math.floorMod(step.where, limit);
    int length = Math.min(Math.max(1, step.length), limit - where);
    switch (step.what) {
      case 0, 1, 2 -> write(where, length);
      case 3 -> write(size == limit ? where : size, Math.min(length, limit - size));
      case 4 -> truncate(where);
      case 5 -> fallocate(FallocateMode.PUNCH_HOLE, where, length);
      case 6 -> fallocate(FallocateMode.ALLOCATE, where, length);
      case 7 -> fallocate(FallocateMode.ALLOCATE_KEEP_SIZE, where, length);
      case 8 -> fallocate(FallocateMode.ZERO_RANGE, where, length);
      case 9 -> fallocate(FallocateMode.ZERO_RANGE_KEEP_SIZE, where, length);
      case 10 -> read(where, length);
      case 11 -> seek(where);
      case 12 -> killAndReopen();
      case 13 -> truncate(size - size % BLOCK);
      default -> read(0, limit);
    }
    assertThat(volume.getattr(id).size()).isEqualTo(size);
    assertThat(volume.chunks()).allSatisfy(c -> assertThat(c.state()).isEqualTo(ChunkState.ONLINE));
  }

  private void write(int where, int length) throws IOException {
    if (length == 0) {
      return;
    }
    byte[] content = new byte[length];
    new SplittableRandom(++version).nextBytes(content);
    ByteBuffer src =
        version % 2 == 0
            ? ByteBuffer.wrap(content)
            : ByteBuffer.allocateDirect(length).put(content).flip();
    int done = 0;
    try {
      while (done < length) {
        done += volume.write(id, where + done, src);
      }
    } catch (FsException e) {
      assertThat(e.reason()).isEqualTo(Reason.NO_SPACE);
    }
    System.arraycopy(content, 0, bytes, where, done);
    if (done > 0) {
      size = Math.max(size, where + done);
    }
  }

  private void truncate(int to) throws IOException {
    try {
      volume.setattr(id, AttrChange.ofSize(to));
    } catch (FsException e) {
      assertThat(e.reason()).isEqualTo(Reason.NO_SPACE);
      return;
    }
    if (to < size) {
      Arrays.fill(bytes, to, size, (byte) 0);
    }
    size = to;
  }

  private void fallocate(FallocateMode mode, int where, int length) throws IOException {
    boolean full = false;
    try {
      volume.fallocate(id, mode, where, length);
    } catch (FsException e) {
      assertThat(e.reason()).isEqualTo(Reason.NO_SPACE);
      full = true;
    }
    boolean zeros = mode != FallocateMode.ALLOCATE && mode != FallocateMode.ALLOCATE_KEEP_SIZE;
    if (full && zeros) {
      // Refused before or after the zeros: take over which.
      byte[] now = new byte[limit];
      volume.read(id, 0, ByteBuffer.wrap(now));
      zeros = !Arrays.equals(now, bytes);
    }
    if (zeros && where < size) {
      Arrays.fill(bytes, where, Math.min(size, where + length), (byte) 0);
    }
    if (!full && (mode == FallocateMode.ALLOCATE || mode == FallocateMode.ZERO_RANGE)) {
      size = Math.max(size, where + length);
    }
  }

  void read(int where, int length) throws IOException {
    ByteBuffer dst =
        (where & 1) == 0 ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);
    int n = volume.read(id, where, dst);
    assertThat(n).isEqualTo(Math.clamp(size - where, 0, length));
    byte[] got = new byte[n];
    dst.flip().get(got);
    int differs = Arrays.mismatch(got, Arrays.copyOfRange(bytes, where, where + n));
    assertThat(differs).as("first difference after byte %d", where).isEqualTo(-1);
  }

  private void seek(int where) throws IOException {
    long at = where;
    boolean hole = false;
    for (int i = 0; i < 10_000; i++, hole = !hole) {
      long next;
      try {
        next = volume.seek(id, at, hole);
      } catch (FsException e) {
        assertThat(e.reason()).isEqualTo(Reason.NO_SUCH_OFFSET);
        assertThat(!hole || at >= size).isTrue();
        requireZeros(at, size);
        return;
      }
      assertThat(next).isBetween(at, (long) size);
      if (!hole) {
        requireZeros(at, next);
      } else if (next < size) {
        requireZeros(next, Math.min(size, (next / BLOCK + 1) * BLOCK));
      }
      at = next;
    }
    throw new AssertionError("seek does not get on");
  }

  private void requireZeros(long from, long to) {
    for (long i = from; i < to; i++) {
      if (bytes[(int) i] != 0) {
        throw new AssertionError("byte " + i + " is not zero, but in a hole");
      }
    }
  }

  /** Everything reads right, also after a restart, and goes without leaving a block behind. */
  void finish() throws IOException {
    read(0, limit);
    killAndReopen();
    read(0, limit);
    seek(0);
    volume.unlink(volume.root(), name());
    assertThat(volume.quiesce(10_000)).isTrue();
    assertThat(volume.chunks())
        .allSatisfy(c -> {
          assertThat(c.state()).isEqualTo(ChunkState.ONLINE);
          assertThat(c.blocksFree()).as("free blocks of chunk %d", c.id()).isEqualTo(c.blocks());
        });
    volume.close();
  }
}
