package org.chunkfs.fsck.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.core.volume.VolumeOptions.FencedPolicy;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.report.FsckReport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes go on while they are checked and repaired. */
@Timeout(120)
final class ServingTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final Vfs.Creation DIR = new Vfs.Creation(0x1ED, 1, 2, 0);
  private static final int CHUNKS = 6;
  private static final int CHUNK = 4 << 20;

  private static MemoryDevice device(long seed) throws IOException {
    MemoryDevice device = new MemoryDevice((1 << 20) + (long) CHUNKS * CHUNK);
    ChunkFs.format(device, FormatOptions.seeded(seed, 1_000).withChunkBytes(CHUNK));
    return device;
  }

  private static Volume open(BlockDevice device, FencedPolicy policy) throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults().withFenced(policy).withDeadline(Duration.ofSeconds(60)));
  }

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }

  /** A thread that does the same again and again until it is told to end. */
  private static final class Busy implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    final AtomicInteger done = new AtomicInteger();
    private final Thread thread;

    /** One thing to do. */
    private interface Step {
      void run(int number) throws IOException;
    }

    Busy(Step step) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  while (!over.get()) {
                    step.run(done.get());
                    done.incrementAndGet();
                  }
                } catch (IOException | RuntimeException | Error e) {
                  failure.set(e);
                }
              });
    }

    /** Waits until it has done so much more. */
    void awaitMore(int steps) {
      int until = done.get() + steps;
      while (done.get() < until && failure.get() == null) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() {
      over.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      assertThat(failure.get()).isNull();
    }
  }

  private static List<Finding> wrong(FsckReport report) {
    return report.findings().stream()
        .filter(finding -> finding.problem().severity() != Severity.NOTE)
        .toList();
  }

  /** Names, files and whole directories go from chunk to chunk, also while they are looked at. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void changesAreNoDamage(long seed) throws IOException {
    try (Volume volume = open(device(seed), FencedPolicy.FAIL)) {
      List<Long> directories = new ArrayList<>();
      for (int d = 0; d < 8; d++) {
        directories.add(volume.mkdir(volume.root(), name("dir" + d), DIR).id());
      }
      List<Busy> crew = new ArrayList<>();
      for (int worker = 0; worker < 3; worker++) {
        SplittableRandom random = new SplittableRandom(seed * 31 + worker);
        String mine = "w" + worker + "-";
        crew.add(new Busy(_ -> change(volume, directories, random, mine)));
      }
      for (int i = 0; i < 8; i++) {
        FsckReport report =
            OnlineFsck.run(volume, FsckOptions.check().withData(i % 2 == 0), Progress.NONE);
        assertThat(wrong(report)).isEmpty();
        for (Busy worker : crew) {
          worker.awaitMore(20);
        }
      }
      crew.forEach(Busy::close);
      assertThat(volume.chunks()).allMatch(chunk -> chunk.state() == ChunkState.ONLINE);
    }
  }

  private static void change(
      Volume volume, List<Long> directories, SplittableRandom random, String mine)
      throws IOException {
    long from = directories.get(random.nextInt(directories.size()));
    long to = directories.get(random.nextInt(directories.size()));
    byte[] one = name(mine + random.nextInt(12));
    byte[] two = name(mine + random.nextInt(12));
    try {
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          long id = volume.create(from, one, FILE).id();
          byte[] bytes = new byte[random.nextInt(20_000)];
          random.nextBytes(bytes);
          volume.write(id, random.nextInt(10_000), ByteBuffer.wrap(bytes));
        }
        case 2, 3, 4 -> volume.rename(from, one, to, two, Vfs.RenameMode.REPLACE);
        case 5 -> volume.link(volume.lookup(from, one).id(), to, two);
        case 6 -> volume.mkdir(from, one, DIR);
        default -> {
          if (volume.lookup(from, one).mode() >> 12 == 4) {
            volume.rmdir(from, one);
          } else {
            volume.unlink(from, one);
          }
        }
      }
    } catch (FsException e) {
      // The name is taken, or not there: the next one may do.
    }
  }

  /** Where no blocks are left that were not in use at the moment, writers wait instead. */
  @Test
  void aFullChunkThatIsOverwrittenIsNoDamage() throws IOException {
    try (Volume volume = open(device(4), FencedPolicy.FAIL)) {
      long dir = volume.mkdir(volume.root(), name("dir"), DIR).id();
      long file = volume.create(dir, name("file"), FILE).id();
      byte[] piece = new byte[256 << 10];
      List<Long> fill = new ArrayList<>();
      try {
        for (int i = 0; ; i++) {
          long id = volume.create(dir, name("fill" + i), FILE).id();
          fill.add(id);
          volume.write(id, 0, ByteBuffer.wrap(piece));
        }
      } catch (FsException e) {
        assertThat(e.reason()).isEqualTo(FsException.Reason.NO_SPACE);
      }
      volume.unlink(dir, name("fill0"));
      volume.quiesce(10_000);
      SplittableRandom random = new SplittableRandom(4);
      try (Busy writer =
          new Busy(_ -> {
            byte[] bytes = new byte[64 << 10];
            random.nextBytes(bytes);
            try {
              volume.write(file, 0, ByteBuffer.wrap(bytes));
            } catch (FsException e) {
              assertThat(e.reason()).isEqualTo(FsException.Reason.NO_SPACE);
            }
          })) {
        for (int i = 0; i < 4; i++) {
          assertThat(wrong(OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE))).isEmpty();
          writer.awaitMore(5);
        }
      }
    }
  }

  /** Overwrites the middle of the block that an inode lies in. */
  private static void damage(BlockDevice device, Volume volume, long id) throws IOException {
    long position =
        volume.layout().base(Ino.chunk(id))
            + (long) Ino.block(Ino.ofId(id)) * BlockHeader.BLOCK
            + BlockHeader.BLOCK / 2;
    byte[] junk = new byte[64];
    new SplittableRandom(1).nextBytes(junk);
    device.write(position, ByteBuffer.wrap(junk));
  }

  /** Makes two directories in chunks of their own with a file each; their ids and the files'. */
  private static long[] twoChunks(Volume volume) throws IOException {
    long one = volume.mkdir(volume.root(), name("one"), DIR).id();
    long other = one;
    for (int i = 0; Ino.chunk(other) == Ino.chunk(one) || Ino.chunk(other) == 0; i++) {
      other = volume.mkdir(volume.root(), name("other" + i), DIR).id();
    }
    for (int i = 0; Ino.chunk(one) == 0; i++) {
      one = volume.mkdir(volume.root(), name("more" + i), DIR).id();
      one = Ino.chunk(one) == Ino.chunk(other) ? volume.root() : one;
    }
    long inOne = volume.create(one, name("file"), FILE).id();
    long inOther = volume.create(other, name("file"), FILE).id();
    volume.write(inOne, 0, ByteBuffer.wrap(name("content of one")));
    volume.write(inOther, 0, ByteBuffer.wrap(name("content of other")));
    for (int i = 0; i < 40; i++) {
      volume.create(one, name("lost" + i), FILE);
    }
    volume.syncfs();
    volume.upkeep().renewAll();
    return new long[] {one, inOne, other, inOther};
  }

  /** Who has files open waits for the repair, or reads on, as policy says, and goes on. */
  @ParameterizedTest
  @EnumSource(
      value = FencedPolicy.class,
      names = {"WAIT", "READ"})
  void aDamagedChunkIsRepairedAloneAndItsOpenFilesGoOn(FencedPolicy policy) throws IOException {
    MemoryDevice device = device(5);
    try (Volume volume = open(device, policy)) {
      long[] ids = twoChunks(volume);
      int chunk = Ino.chunk(ids[1]);
      volume.open(ids[1]);
      volume.open(ids[3]);
      byte[] last = name("lost39");
      damage(device, volume, volume.lookup(ids[0], last).id());
      List<Long> before = volume.chunks().stream().map(c -> c.incarnation()).toList();
      FsckReport found = OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE);
      assertThat(wrong(found)).isNotEmpty().allMatch(finding -> finding.chunk() == chunk);
      assertThat(volume.upkeep().state(chunk)).isEqualTo(ChunkState.SUSPECT);

      FsckReport report;
      try (Busy same = new Busy(i -> useFile(volume, ids[1], i, policy));
          Busy other = new Busy(i -> useFile(volume, ids[3], i, FencedPolicy.WAIT))) {
        same.awaitMore(10);
        other.awaitMore(10);
        report = OnlineFsck.run(volume, FsckOptions.repair(5_000), Progress.NONE);
        same.awaitMore(10);
        other.awaitMore(10);
      }
      assertThat(report.clean()).as("%s", report.remaining()).isTrue();
      assertThat(report.repaired()).isTrue();
      assertThat(volume.chunks()).allMatch(c -> c.state() == ChunkState.ONLINE);
      for (int i = 0; i < CHUNKS; i++) {
        long restarts = volume.upkeep().incarnation(i) - before.get(i);
        assertThat(restarts).as("chunk %d", i).isEqualTo(i == chunk ? 1 : 0);
      }
      ByteBuffer read = ByteBuffer.allocate(100);
      volume.read(ids[1], 100, read);
      assertThat(new String(read.array(), 0, read.position(), UTF_8)).startsWith("number ");
      assertThat(wrong(OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE))).isEmpty();
    }
  }

  private static void useFile(Volume volume, long id, int i, FencedPolicy policy)
      throws IOException {
    ByteBuffer read = ByteBuffer.allocate(10);
    try {
      volume.read(id, 0, read);
      assertThat(new String(read.array(), 0, read.position(), UTF_8)).isEqualTo("content of");
      volume.write(id, 100, ByteBuffer.wrap(name("number " + i)));
    } catch (org.chunkfs.core.error.ChunkUnavailableException e) {
      assertThat(policy).isEqualTo(FencedPolicy.READ);
    }
  }
}
