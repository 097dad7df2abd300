package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the experiments have found once about devices that hang, and chunks that come back. */
final class HangRegressionTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  /** A thread for each task, whatever else runs. */
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Chunk 2 of 5 holds a replica of the volume record. */
  @Test
  void aReplicaOfTheVolumeRecordThatHangsHoldsNobodyUp() throws IOException {
    FaultyDevice device = new FaultyDevice(Trial.image(5), 1);
    try (Volume volume = Trial.open(device, Trial.options(), 1)) {
      device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, Trial.chunkStart(2), Trial.chunkStart(3)));
      volume.crash(1);
      volume.online(1);
      volume.create(volume.root(), b("f"), FILE);
      volume.syncfs();
      volume.crash(1);
      volume.online(1);
      assertThat(volume.state().out()).isEmpty();
      device.heal();
    }
  }

  /** The thread inside the device stays there; nobody else does. */
  @Test
  void aDeviceThatHangsAtAChunksFirstUseHoldsNobodyElseUp() throws Exception {
    FaultyDevice device = new FaultyDevice(Trial.image(2), 1);
    Volume volume =
        Trial.open(
            device,
            Trial.options()
                .withStall(java.time.Duration.ofMillis(200))
                .withDeadline(java.time.Duration.ofSeconds(2)),
            1);
    try {
      device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, Trial.chunkStart(1), Trial.chunkStart(2)));
      Thread stuck =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  volume.mkdir(volume.root(), b("stuck"), DIRECTORY);
                } catch (IOException e) {
                  // as it may
                }
              });
      while (device.hanging() == 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> volume.mkdir(volume.root(), b("beside"), DIRECTORY))
          .isInstanceOf(ChunkUnavailableException.class);
      Vfs.Attr beside = volume.mkdir(volume.root(), b("beside"), DIRECTORY);
      assertThat(Trial.chunkOf(beside.id())).isZero();
      assertThat(volume.chunks().get(1).state().name()).isEqualTo("FENCED");
      device.heal();
      stuck.join(10_000);
      volume.online(1);
      Vfs.Attr again = volume.mkdir(volume.root(), b("again"), DIRECTORY);
      assertThat(Trial.chunkOf(again.id())).isEqualTo(1);
      volume.syncfs();
    } finally {
      device.heal();
      volume.abandon();
    }
  }

  @Test
  void aChunkThatDoesNotAnswerDoesNotKeepAnImageFromBeingOpened() throws IOException {
    MemoryDevice image = SettledImage.of();
    int victim = SettledImage.chunk(image);
    FaultyDevice device = new FaultyDevice(image, 1);
    device.inject(
        Fault.lasting(
            Fault.Kind.READ_HANG, Trial.chunkStart(victim), Trial.chunkStart(victim) + 8192));
    try (Volume volume =
        Trial.open(device, Trial.options().withStall(java.time.Duration.ofMillis(200)), 1)) {
      volume.create(volume.root(), b("beside"), FILE);
      device.heal();
      volume.online(victim);
      volume.lookup(volume.lookup(volume.root(), b("d")).id(), b("first"));
    }
  }

  /** The background does one chunk's checkpoint beside the others', not after them. */
  @Test
  void aCheckpointThatHangsHoldsUpNoOther() throws IOException {
    MemoryDevice image = SettledImage.of();
    int victim = SettledImage.chunk(image);
    FaultyDevice device = new FaultyDevice(image, 1);
    try (Volume volume =
        Trial.open(
            device,
            Trial.options().withStall(java.time.Duration.ofSeconds(60)).withCheckpoint(1, 1 << 20),
            1)) {
      long dir = volume.lookup(volume.root(), b("d")).id();
      // Headers and roots are written by checkpoints alone.
      long start = Trial.chunkStart(victim);
      device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, start, start + 8192));
      device.inject(
          Fault.lasting(Fault.Kind.WRITE_HANG, start + Trial.CHUNK - 8192, start + Trial.CHUNK));
      for (int i = 0; i < 100; i++) {
        volume.create(dir, b("f" + i), FILE);
      }
      while (device.hanging() == 0) {
        Thread.onSpinWait();
      }
      long before = volume.counters().getOrDefault("checkpoints", 0L);
      for (int i = 0; i < 100; i++) {
        volume.create(volume.root(), b("f" + i), FILE);
      }
      long until = System.nanoTime() + 20_000_000_000L;
      while (volume.counters().getOrDefault("checkpoints", 0L) == before) {
        assertThat(System.nanoTime()).isLessThan(until);
        Thread.onSpinWait();
      }
      device.heal();
    }
  }

  /** A device that has been slow is not trusted with the caller's thread. */
  @Test
  void aRequestToAChunkThatWasSlowIsAnsweredWhenItHangs() throws IOException {
    MemoryDevice image = SettledImage.of();
    int victim = SettledImage.chunk(image);
    long start = Trial.chunkStart(victim);
    FaultyDevice device = new FaultyDevice(image, 1);
    try (Volume volume =
        Trial.open(device, Trial.options().withStall(java.time.Duration.ofMillis(300)), 1)) {
      long dir = volume.lookup(volume.root(), b("d")).id();
      device.inject(
          new Fault(Fault.Kind.LATENCY, start, start + Trial.CHUNK, null, 0, 1, 150_000_000));
      volume.create(dir, b("slow"), FILE);
      device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, start, start + Trial.CHUNK));
      assertThatThrownBy(() -> volume.create(dir, b("hung"), FILE))
          .isInstanceOf(ChunkUnavailableException.class);
      assertThat(device.hanging()).isPositive();
      volume.create(volume.root(), b("beside"), FILE);
      device.heal();
      volume.online(victim);
      volume.lookup(dir, b("slow"));
      volume.create(dir, b("hung"), FILE);
    }
  }

  /** A request that finds a chunk unreadable at its first use takes it out of service. */
  @Test
  void aChunkThatCannotBeReadAtItsFirstUseIsFenced() throws IOException {
    MemoryDevice image = SettledImage.of();
    int victim = SettledImage.chunk(image);
    long root = Trial.chunkStart(victim) + 4096;
    MemoryDevice damaged = image.snapshot();
    damaged.write(root, ByteBuffer.allocate(4096));
    damaged.write(Trial.chunkStart(victim + 1) - 8192, ByteBuffer.allocate(4096));
    try (Volume volume = Trial.open(damaged, Trial.options(), 1)) {
      assertThatThrownBy(() -> volume.lookup(volume.root(), b("d")))
          .isInstanceOf(IOException.class);
      assertThat(volume.chunks().get(victim).state().name()).isEqualTo("FENCED");
    }
  }

  /** A read that fails after its incarnation was taken out of service says nothing of the next. */
  @Test
  void aFailureOfAnEarlierIncarnationFencesNoLaterOne() throws Exception {
    MemoryDevice image = SettledImage.of();
    long dir = SettledImage.directory(image);
    int victim = Trial.chunkOf(dir);
    long block = Trial.chunkStart(victim) + Ino.block(Ino.ofId(dir)) * 4096L;
    FaultyDevice device = new FaultyDevice(image, 1);
    try (Volume volume = Trial.open(device, Trial.options(), 1)) {
      device.inject(Fault.once(Fault.Kind.READ_HANG, block, block + 4096));
      Fault error = Fault.once(Fault.Kind.READ_ERROR, block, block + 4096);
      device.inject(error);
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(
              () -> {
                try {
                  volume.getattr(dir); // by the incarnation that serves then
                } catch (ChunkUnavailableException e) {
                  // or it is to be asked again
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              THREADS);
      awaitHanging(device);
      volume.crash(victim);
      volume.online(victim);
      device.inject(error); // when it is asked for again
      device.release();
      reader.get(20, TimeUnit.SECONDS);
      assertThat(Trial.fenced(volume)).isNull();
      volume.getattr(dir);
    }
  }

  /** What one participant of a commit lacks is undone in the others before they serve again. */
  @Test
  void aChunkComesBackOnlyWhenAllItWasPartOfIsSettled() throws Exception {
    MemoryDevice image = Trial.image(3);
    FaultyDevice device = new FaultyDevice(image, 1);
    try (Volume volume = Trial.open(device, Trial.options(), 1)) {
      long one = volume.mkdir(volume.root(), b("one"), DIRECTORY).id();
      long two = volume.mkdir(volume.root(), b("two"), DIRECTORY).id();
      boolean ordered = Trial.chunkOf(one) < Trial.chunkOf(two);
      long first = ordered ? one : two;
      long last = ordered ? two : one;
      volume.create(first, b("f"), FILE);
      volume.create(last, b("here"), FILE);
      List<String> before = TreeDump.of(volume);
      long start = Trial.chunkStart(Trial.chunkOf(last));
      device.inject(Fault.once(Fault.Kind.WRITE_HANG, start, start + Trial.CHUNK));
      device.inject(Fault.once(Fault.Kind.WRITE_ERROR, start, start + Trial.CHUNK));
      CompletableFuture<Void> mover =
          CompletableFuture.runAsync(
              () ->
                  assertThatThrownBy(
                          () -> volume.rename(first, b("f"), last, b("g"), Vfs.RenameMode.REPLACE))
                      .isInstanceOf(IOException.class),
              THREADS);
      awaitHanging(device);
      CompletableFuture<Void> restart =
          CompletableFuture.runAsync(
              () -> {
                try {
                  volume.crash(Trial.chunkOf(first));
                  volume.online(Trial.chunkOf(first));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              THREADS);
      // Long enough for it to come back too early; it must not.
      LockSupport.parkNanos(300_000_000);
      device.release();
      mover.get(20, TimeUnit.SECONDS);
      restart.get(20, TimeUnit.SECONDS);
      volume.online(Trial.chunkOf(last));
      assertThat(Trial.fenced(volume)).isNull();
      assertThat(TreeDump.of(volume)).isEqualTo(before);
    }
  }

  /**
   * Its record arrives after it was given up, whole or in part: when the chunk comes back something
   * takes its place in the journal, though the chunk has nothing to write.
   */
  @ParameterizedTest
  @EnumSource
  void aCommitThatWasRefusedStaysUndone(Arrives arrives) throws Exception {
    MemoryDevice image = Trial.image(3);
    FaultyDevice device = new FaultyDevice(image, 1);
    Volume volume =
        Trial.open(device, Trial.options().withStall(java.time.Duration.ofMillis(200)), 1);
    try {
      long dir = volume.mkdir(volume.root(), b("dir"), DIRECTORY).id();
      int chunk = Trial.chunkOf(dir);
      volume.create(dir, b("f"), FILE);
      volume.upkeep().renewAll();
      for (int i = 0; arrives == Arrives.IN_THE_NEXT_LAP && room(image, chunk) > 4096; i++) {
        volume.create(dir, b("g" + i), FILE);
        volume.upkeep().renewAll();
      }
      byte[] target = new byte[4000]; // its record is larger than the room left
      Arrays.fill(target, (byte) 'x');
      List<String> before = TreeDump.of(volume);
      MemoryDevice without = image.snapshot();
      long start = Trial.chunkStart(chunk);
      int marks = arrives == Arrives.IN_THE_NEXT_LAP ? 1 : 0;
      device.inject(Fault.once(Fault.Kind.WRITE_HANG, start, start + Trial.CHUNK).after(marks));
      CompletableFuture<Void> refused =
          CompletableFuture.runAsync(
              () ->
                  assertThatThrownBy(() -> volume.symlink(dir, b("refused"), target, FILE))
                      .isInstanceOf(ChunkUnavailableException.class),
              THREADS);
      awaitHanging(device);
      while (volume.state().voids().isEmpty()) {
        LockSupport.parkNanos(1_000_000);
      }
      device.release();
      refused.get(20, TimeUnit.SECONDS);
      if (arrives == Arrives.IN_PART) {
        cut(image, without, start);
      }
      for (int i = 0; i < 2; i++) {
        volume.online(chunk);
        assertThat(TreeDump.of(volume)).isEqualTo(before);
        volume.syncfs();
        volume.upkeep().renewAll();
        volume.crash(chunk);
      }
      volume.online(chunk);
      MemoryDevice left = image.snapshot();
      volume.abandon();
      try (Volume later = Trial.open(left, Trial.options(), 1)) {
        assertThat(TreeDump.of(later)).isEqualTo(before);
      }
    } finally {
      device.heal();
      volume.abandon();
    }
  }

  /** How the record of a commit comes that was given up. */
  enum Arrives {
    WHOLE,
    IN_PART,
    IN_THE_NEXT_LAP
  }

  /** Bytes from the tail of a chunk's journal to the end of its lap. */
  private static long room(MemoryDevice image, int chunk) throws IOException {
    byte[] newest = new byte[MemoryDevice.BLOCK];
    for (long at : new long[] {0, Trial.CHUNK - MemoryDevice.BLOCK}) {
      byte[] header = new byte[MemoryDevice.BLOCK];
      image.read(Trial.chunkStart(chunk) + at, ByteBuffer.wrap(header));
      boolean newer = ChunkHeader.SEQUENCE.get(header, 0) > ChunkHeader.SEQUENCE.get(newest, 0);
      newest = newer ? header : newest;
    }
    int ring = ChunkHeader.RING_BLOCKS.get(newest, 0) * MemoryDevice.BLOCK;
    return ring - ChunkHeader.TAIL.get(newest, 0) % ring;
  }

  /** Leaves of what was written to a chunk the first sector of each block. */
  private static void cut(MemoryDevice image, MemoryDevice before, long start) throws IOException {
    ByteBuffer now = ByteBuffer.allocate(MemoryDevice.BLOCK);
    ByteBuffer was = ByteBuffer.allocate(MemoryDevice.BLOCK);
    int cut = 0;
    for (long at = start; at < start + Trial.CHUNK; at += MemoryDevice.BLOCK) {
      image.read(at, now.clear());
      before.read(at, was.clear());
      if (!now.flip().equals(was.flip())) {
        was.put(0, now, 0, 512);
        image.write(at, was);
        cut++;
      }
    }
    assertThat(cut).isPositive();
  }

  private static void awaitHanging(FaultyDevice device) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (device.hanging() == 0) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
