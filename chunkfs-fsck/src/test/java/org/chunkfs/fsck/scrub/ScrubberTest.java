package org.chunkfs.fsck.scrub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The check in the background: where it goes on, what it repairs, and what it leaves to people. */
@Timeout(120)
final class ScrubberTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final ScrubOptions OPTIONS = new ScrubOptions(Duration.ofDays(7), 100);

  /** Long after the images were made. */
  private static final InstantSource LATER = InstantSource.fixed(Instant.ofEpochSecond(1_000_000));

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  /** A device that knows which chunks were read from the medium, and lets one wait. */
  private static final class Gate extends DelegatingDevice {
    final List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    private final ImageLayout layout;
    private volatile int closed = -1;

    Gate(BlockDevice device) throws IOException {
      super(device);
      this.layout = Image.of(device).layout();
    }

    /** From now on that chunk is not read before it is opened. */
    void close(int chunk) {
      closed = chunk;
    }

    @Override
    public void readMedia(long position, ByteBuffer dst) throws IOException {
      for (int chunk = layout.chunks() - 1; chunk >= 0; chunk--) {
        if (position >= layout.base(chunk)) {
          read.add(chunk);
          if (chunk == closed) {
            reached.countDown();
            try {
              open.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          break;
        }
      }
      super.readMedia(position, dst);
    }
  }

  private Scrubber start(Volume volume) {
    return Scrubber.start(volume, OPTIONS, LATER, log::add);
  }

  private static void awaitRound(Scrubber scrubber) {
    Scrubber.Status status = scrubber.status();
    while (status.running() || status.started() == 0) {
      LockSupport.parkNanos(1_000_000);
      status = scrubber.status();
    }
  }

  @Test
  void aRoundThatWasKilledGoesOnWhereItStood() throws Exception {
    MemoryDevice device = SampleImages.full(21, true);
    Gate gate = new Gate(device);
    Volume first = SampleImages.open(gate);
    gate.close(3);
    Scrubber begun = start(first);
    gate.reached.await();
    Scrubber.Status stood = begun.status();
    assertThat(stood.running()).isTrue();
    assertThat(stood.next()).isEqualTo(3);
    MemoryDevice left = device.snapshot();
    gate.open.countDown();
    begun.close();
    first.abandon();

    Gate again = new Gate(left);
    try (Volume second = SampleImages.open(again)) {
      again.read.clear();
      try (Scrubber scrubber = start(second)) {
        awaitRound(scrubber);
        assertThat(again.read.getFirst()).isEqualTo(3);
        assertThat(again.read).contains(0, 1, 2, 3); // in the end all are compared
        Scrubber.Status done = scrubber.status();
        assertThat(done.started()).isEqualTo(stood.started());
        assertThat(done.due()).isEqualTo(stood.started() + OPTIONS.period().toNanos());
        assertThat(done.waiting()).isEmpty();
      }
    }
    assertThat(log).isEmpty();
  }

  @Test
  void aRoundThatIsDoneIsNotBegunAgainBeforeItsTime() throws IOException {
    MemoryDevice device = SampleImages.full(22, true);
    try (Volume volume = SampleImages.open(device);
        Scrubber scrubber = start(volume)) {
      awaitRound(scrubber);
    }
    try (Volume volume = SampleImages.open(device.snapshot());
        Scrubber scrubber = start(volume)) {
      assertThat(scrubber.status().running()).isFalse();
      assertThat(scrubber.status().started()).isEqualTo(1_000_000_000_000_000L);
    }
  }

  private static void flip(BlockDevice device, long position) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(512);
    device.read(position, one);
    one.put(0, (byte) ~one.get(0));
    device.write(position, one.flip());
  }

  @Test
  void whatIsSafeIsRepairedAtOnce() throws IOException {
    MemoryDevice device = SampleImages.full(23, true);
    try (Volume volume = SampleImages.open(device)) {
      volume.upkeep().renewAll();
      ImageLayout layout = volume.layout();
      flip(device, layout.base(1) + 512);
      flip(device, layout.members().getFirst().start() + 1024); // the superblock
      try (Scrubber scrubber = start(volume)) {
        awaitRound(scrubber);
        assertThat(scrubber.status().repairs()).isPositive();
        assertThat(scrubber.status().waiting()).isEmpty();
      }
      assertThat(volume.chunks()).allMatch(chunk -> chunk.state() == ChunkState.ONLINE);
      assertThat(check(volume).errors() + check(volume).warnings()).isZero();
    }
  }

  private static FsckReport check(Volume volume) throws IOException {
    return OnlineFsck.run(volume, FsckOptions.check(), Progress.NONE);
  }

  @Test
  void damagedMetadataTakesItsChunkOutAndWaits() throws IOException {
    MemoryDevice device = SampleImages.full(24, true);
    try (Volume volume = SampleImages.open(device)) {
      long file = volume.create(volume.root(), "file".getBytes(UTF_8), FILE).id();
      int chunk = Ino.chunk(file);
      volume.upkeep().renewAll();
      flip(
          device,
          volume.layout().base(chunk)
              + (long) Ino.block(Ino.ofId(file)) * BlockHeader.BLOCK
              + 2048);
      try (Scrubber scrubber = start(volume)) {
        awaitRound(scrubber);
        assertThat(scrubber.status().waiting()).containsOnlyKeys(chunk);
      }
      for (int i = 0; i < volume.layout().chunks(); i++) {
        assertThat(volume.upkeep().state(i))
            .isEqualTo(i == chunk ? ChunkState.FENCED : ChunkState.ONLINE);
      }
      FsckReport report = OnlineFsck.run(volume, chunk, true, true, 1);
      assertThat(report.clean()).as("%s", report.remaining()).isTrue();
      assertThat(volume.upkeep().state(chunk)).isEqualTo(ChunkState.ONLINE);
    }
  }

  @Test
  void damagedFileDataIsToldAndItsChunkServesOn() throws IOException {
    MemoryDevice device = SampleImages.full(25, true);
    try (Volume volume = SampleImages.open(device)) {
      byte[] content = new byte[BlockHeader.BLOCK];
      Arrays.fill(content, (byte) 0x5D);
      long file = volume.create(volume.root(), "file".getBytes(UTF_8), FILE).id();
      volume.write(file, 0, ByteBuffer.wrap(content));
      int chunk = Ino.chunk(file);
      flip(device, find(device, content));
      try (Scrubber scrubber = start(volume)) {
        awaitRound(scrubber);
        assertThat(scrubber.status().waiting()).containsOnlyKeys(chunk);
      }
      assertThat(volume.upkeep().state(chunk)).isEqualTo(ChunkState.SUSPECT);
      assertThat(volume.getattr(file).size()).isEqualTo(content.length);
      assertThat(log).singleElement().asString().contains("[307]");
    }
  }

  private static long find(BlockDevice device, byte[] content) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(content.length);
    for (long at = 0; at < device.size(); at += content.length) {
      device.read(at, block.clear());
      if (Arrays.equals(block.array(), content)) {
        return at;
      }
    }
    throw new AssertionError("the content is nowhere");
  }

  @Test
  void readingLeavesTimeToOthersUnlessTheyWaitForIt() throws IOException {
    List<Long> pauses = new ArrayList<>();
    boolean[] hurry = new boolean[1];
    BlockDevice slow =
        new DelegatingDevice(new MemoryDevice(1 << 20)) {
          @Override
          public void read(long position, ByteBuffer dst) throws IOException {
            LockSupport.parkNanos(12_000_000);
            super.read(position, dst);
          }
        };
    PacedDevice paced = new PacedDevice(slow, 25, () -> hurry[0], pauses::add);
    paced.read(0, ByteBuffer.allocate(BlockHeader.BLOCK));
    assertThat(pauses).singleElement().satisfies(n -> assertThat(n).isPositive());
    hurry[0] = true;
    paced.read(0, ByteBuffer.allocate(BlockHeader.BLOCK));
    assertThat(pauses.getLast()).isZero();
  }
}
