package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.junit.jupiter.api.Test;

/** What the experiments have found once, each as a test of its own. */
final class RegressionTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  /** A thread for each task, whatever else runs. */
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void aChunkThatWasNeverUsedComesBack() throws IOException {
    try (Volume volume = Trial.open(Trial.image(3), Trial.options(), 1)) {
      Vfs.Stat before = volume.statfs();
      volume.crash(1);
      volume.online(1);
      assertThat(Trial.fenced(volume)).isNull();
      assertThat(volume.statfs()).isEqualTo(before);
      volume.mkdir(volume.root(), b("d"), DIRECTORY);
    }
  }

  /** Dies after each of the writes that make a chunk ready for its first use. */
  @Test
  void aChunkWhoseFirstCommitIsMissingIsAsNeverUsed() throws IOException {
    MemoryDevice image = Trial.image(3);
    RecordingDevice device = new RecordingDevice(image);
    Volume volume = Trial.open(device, Trial.options(), 1);
    Vfs.Stat empty = volume.statfs();
    volume.mkdir(volume.root(), b("d"), DIRECTORY);
    volume.abandon();
    CrashStates states = new CrashStates(device.recording());
    for (int i = 1; i <= states.size(); i++) {
      if (!states.advance(i)) {
        continue;
      }
      try (Volume left = Trial.open(states.processDeath(), Trial.options(), 1)) {
        assertThat(Trial.fenced(left)).isNull();
        for (int chunk = 0; chunk < 3; chunk++) {
          left.crash(chunk);
          left.online(chunk);
        }
        long dir = left.mkdir(left.root(), b("e"), DIRECTORY).id();
        left.create(dir, b("f"), FILE);
        ModelTrial.remove(left, left.root());
        assertThat(left.quiesce(5000)).isTrue();
        assertThat(left.statfs()).isEqualTo(empty);
      }
    }
  }

  /** A number that is taken and never reported would keep everything later from being stable. */
  @Test
  void aChunkThatCrashesDuringItsCheckpointLeavesNoGapInTheHistory() throws Exception {
    MemoryDevice image = Trial.image(3);
    try (Volume volume = Trial.open(image, Trial.options().withCheckpoint(1, 1 << 16), 1)) {
      long dir = volume.mkdir(volume.root(), b("d"), DIRECTORY).id();
      int chunk = Trial.chunkOf(dir);
      AtomicBoolean stop = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                for (int i = 0; !stop.get(); i++) {
                  try {
                    volume.create(dir, b("f" + i), FILE);
                  } catch (ChunkUnavailableException e) {
                    // that is what this is about
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
              });
      for (int i = 0; i < 60; i++) {
        LockSupport.parkNanos(1_000_000);
        volume.crash(chunk);
        volume.online(chunk);
      }
      stop.set(true);
      writer.join(10_000);
      assertThat(writer.isAlive()).isFalse();
      volume.syncfs();
    }
  }

  /**
   * After a loss of power the journal may hold records that a cut abandoned, with a hole before
   * them. They are no proof of damage: not when the image is opened next, and not when the chunk is
   * brought back.
   */
  @Test
  void theEndThatACutAbandonedIsNoDamage() throws IOException {
    RecordingDevice device = new RecordingDevice(Trial.image(3));
    Volume volume = Trial.open(device, Trial.options(), 1);
    volume.create(volume.root(), b("kept"), FILE);
    volume.syncfs();
    device.mark("synced");
    for (int i = 0; i < 4; i++) {
      volume.create(volume.root(), b("n" + i), FILE);
    }
    volume.abandon();
    CrashStates states = new CrashStates(device.recording());
    states.advance(states.size());
    int writes = states.window().size();
    for (int lost = 0; lost < writes; lost++) {
      MemoryDevice left = states.powerLossKeeping(~(1L << lost));
      for (int boot = 2; boot < 6; boot++) {
        // Twice on one boot: the second time the rules are those for the death of a process.
        volume = Trial.open(left, Trial.options(), 1 + boot / 2);
        assertThat(Trial.fenced(volume)).isNull();
        volume.lookup(volume.root(), b("kept"));
        volume.crash(0);
        volume.online(0);
        left = left.snapshot();
        volume.abandon();
      }
    }
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

  @Test
  void aSymbolicLinkHasAllPermissions() throws IOException {
    try (Volume volume = Trial.open(Trial.image(2), Trial.options(), 1)) {
      Vfs.Attr link = volume.symlink(volume.root(), b("l"), b("target"), FILE);
      assertThat(link.mode()).isEqualTo(Vfs.S_IFLNK | 0x1FF);
    }
  }

  /** The volume record has room for some 600 decisions; at 100 the rings that need them go. */
  @Test
  void anImageMayBeKilledAndOpenedAnyNumberOfTimes() throws IOException {
    MemoryDevice left = Trial.image(2);
    for (int i = 0; i < 130; i++) {
      Volume volume = Trial.open(left, Trial.options(), 1);
      volume.setattr(volume.root(), Vfs.AttrChange.ofMode(0x1C0 | i & 7));
      left = left.snapshot();
      volume.abandon();
    }
    try (Volume volume = Trial.open(left, Trial.options(), 1)) {
      assertThat(volume.state().decisions()).hasSizeLessThan(60);
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

  /** An image with one directory, all of it in its place, and the chunk that it is in. */
  private static MemoryDevice settled(String... files) throws IOException {
    MemoryDevice device = Trial.image(3);
    Volume volume = Trial.open(device, Trial.options(), 1);
    long dir = volume.mkdir(volume.root(), b("d"), DIRECTORY).id();
    volume.create(dir, b("first"), FILE);
    for (int i = 0; i < 3; i++) {
      volume.checkpoint(i);
    }
    for (String file : files) {
      volume.create(dir, b(file), FILE);
    }
    volume.checkpoint(Trial.chunkOf(dir));
    volume.close();
    return device.snapshot();
  }

  private static int chunkOfDirectory(MemoryDevice image) throws IOException {
    return Trial.chunkOf(directory(image));
  }

  private static long directory(MemoryDevice image) throws IOException {
    try (Volume volume = Trial.open(image.snapshot(), Trial.options(), 1)) {
      return volume.lookup(volume.root(), b("d")).id();
    }
  }

  /**
   * The ring map says that the journal is empty, and the older header knows nothing of what the
   * newer one accounts for: the journal still has it.
   */
  @Test
  void theJournalMakesUpForANewerHeaderThatIsLost() throws IOException {
    MemoryDevice image = settled("second");
    long start = Trial.chunkStart(chunkOfDirectory(image));
    for (long header : new long[] {start, start + Trial.CHUNK - 4096}) {
      MemoryDevice damaged = image.snapshot();
      damaged.write(header, ByteBuffer.allocate(4096));
      for (int opening = 0; opening < 3; opening++) {
        Volume volume = Trial.open(damaged, Trial.options(), 1);
        assertThat(Trial.fenced(volume)).isNull();
        long dir = volume.lookup(volume.root(), b("d")).id();
        volume.lookup(dir, b("second"));
        for (int before = 0; before < opening; before++) {
          volume.lookup(dir, b("later" + before));
        }
        volume.create(dir, b("later" + opening), FILE);
        damaged = damaged.snapshot();
        volume.abandon();
      }
    }
  }

  /** The flip is gone when the medium is asked again, and so is the older header's past. */
  @Test
  void aHeaderThatWasReadWrongOnceHidesNothing() throws IOException {
    MemoryDevice image = settled("second");
    long start = Trial.chunkStart(chunkOfDirectory(image));
    for (long header : new long[] {start, start + Trial.CHUNK - 4096}) {
      MemoryDevice base = image.snapshot();
      FaultyDevice device = new FaultyDevice(base, 1);
      device.inject(Fault.once(Fault.Kind.READ_FLIP, header, header + 4096));
      Volume volume = Trial.open(device, Trial.options(), 1);
      long dir = volume.lookup(volume.root(), b("d")).id();
      volume.create(dir, b("third"), FILE);
      MemoryDevice left = base.snapshot();
      volume.abandon();
      try (Volume again = Trial.open(left, Trial.options(), 1)) {
        again.lookup(dir, b("second"));
        again.lookup(dir, b("third"));
      }
    }
  }

  /** What was believed to be marked, and was not, was not looked at by the next opening. */
  @Test
  void aRingIsNotTakenForMarkedWhenTheMarkCouldNotBeWritten() throws IOException {
    MemoryDevice base = settled();
    FaultyDevice device = new FaultyDevice(base, 1);
    Volume volume = Trial.open(device, Trial.options(), 1);
    long dir = volume.lookup(volume.root(), b("d")).id();
    device.inject(Fault.once(Fault.Kind.WRITE_ERROR, 4096, 8192));
    assertThatThrownBy(() -> volume.create(dir, b("refused"), FILE))
        .hasMessageContaining("ring map");
    volume.create(dir, b("acknowledged"), FILE);
    MemoryDevice left = base.snapshot();
    volume.abandon();
    try (Volume again = Trial.open(left, Trial.options(), 1)) {
      again.lookup(dir, b("acknowledged"));
    }
  }

  /** Each block of a journal is read wrong once while the image is opened. */
  @Test
  void aJournalThatWasReadWrongOnceIsNeitherTornNorDamaged() throws IOException {
    MemoryDevice base = settled();
    Volume volume = Trial.open(base, Trial.options(), 1);
    long dir = volume.lookup(volume.root(), b("d")).id();
    for (int i = 0; i < 40; i++) {
      volume.create(dir, b("f" + i), FILE);
    }
    MemoryDevice left = base.snapshot();
    volume.abandon();
    long ring = Trial.chunkStart(Trial.chunkOf(dir)) + 6 * 4096;
    for (int seed = 0; seed < 24; seed++) {
      FaultyDevice device = new FaultyDevice(left.snapshot(), seed);
      long at = ring + seed % 12 * 4096L;
      device.inject(Fault.once(Fault.Kind.READ_FLIP, at, at + 4096));
      try (Volume again = Trial.open(device, Trial.options(), 1)) {
        assertThat(Trial.fenced(again)).isNull();
        again.lookup(dir, b("f39"));
      }
    }
  }

  @Test
  void aChunkThatDoesNotAnswerDoesNotKeepAnImageFromBeingOpened() throws IOException {
    MemoryDevice image = settled();
    int victim = chunkOfDirectory(image);
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
    MemoryDevice image = settled();
    int victim = chunkOfDirectory(image);
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
    MemoryDevice image = settled();
    int victim = chunkOfDirectory(image);
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
    MemoryDevice image = settled();
    int victim = chunkOfDirectory(image);
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

  /** Blocks that are free only by what a power loss may still take back keep what is in them. */
  @Test
  void whatIsFreedJustAfterAnOpeningIsNotTakenBeforeThatIsStable() throws IOException {
    MemoryDevice first = Trial.image(1);
    MemoryDevice image;
    byte[] old = new byte[64 * 4096];
    new SplittableRandom(1).nextBytes(old);
    try (Volume volume = Trial.open(first, Trial.options(), 1)) {
      volume.create(volume.root(), b("old"), FILE, ByteBuffer.wrap(old));
      volume.syncfs();
      volume.checkpoint(0);
      image = first.snapshot();
    }
    List<Long> places = placesOf(old, image);
    assertThat(places).doesNotContain(-1L);
    try (Volume volume = Trial.open(image, Trial.options(), 1)) {
      volume.unlink(volume.root(), b("old"));
      volume.quiesce(5000);
      volume.create(volume.root(), b("new"), FILE, ByteBuffer.allocate(old.length));
      assertThat(placesOf(old, image)).isEqualTo(places);
    }
  }

  private static List<Long> placesOf(byte[] content, MemoryDevice device) throws IOException {
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < content.length; i += 4096) {
      places.add(find(device, content, i));
    }
    return places;
  }

  /** Where on the device a block stands, or -1. */
  private static long find(MemoryDevice device, byte[] content, int from) throws IOException {
    ByteBuffer wanted = ByteBuffer.wrap(content, from, 4096).slice();
    ByteBuffer block = ByteBuffer.allocate(4096);
    for (long at = 0; at < device.size(); at += 4096) {
      device.read(at, block.clear());
      if (block.flip().equals(wanted)) {
        return at;
      }
    }
    return -1;
  }

  /** A length with other attributes is one operation, so a crash finds all of it or nothing. */
  @Test
  void aChangeOfLengthIsOneCommit() throws IOException {
    MemoryDevice image = Trial.image(1);
    long file;
    try (Volume volume = Trial.open(image, Trial.options(), 1)) {
      file = volume.create(volume.root(), b("f"), FILE, ByteBuffer.allocate(10_000)).id();
    }
    for (long size : new long[] {100, 20_000}) {
      RecordingDevice device = new RecordingDevice(image.snapshot());
      Volume volume = Trial.open(device, Trial.options(), 1);
      Vfs.Attr before = volume.getattr(file);
      int from = device.recording().events().size();
      Vfs.Attr after =
          volume.setattr(
              file, new Vfs.AttrChange(0x180, 7, 8, size, 1L, 2L, before.ctime() + 1, null));
      volume.abandon();
      CrashStates states = new CrashStates(device.recording());
      for (int i = from; i <= states.size(); i++) {
        states.advance(i);
        try (Volume left = Trial.open(states.processDeath(), Trial.options(), 1)) {
          assertThat(left.getattr(file)).isIn(before, after);
        }
      }
    }
  }

  @Test
  void aPipeHasNoDeviceNumber() throws IOException {
    try (Volume volume = Trial.open(Trial.image(1), Trial.options(), 1)) {
      Vfs.Creation pipe = new Vfs.Creation(Vfs.S_IFIFO | 0x1A4, 0, 0, 77);
      assertThat(volume.mknod(volume.root(), b("p"), pipe).rdev()).isZero();
      Vfs.Creation device = new Vfs.Creation(Vfs.S_IFCHR | 0x1A4, 0, 0, 77);
      assertThat(volume.mknod(volume.root(), b("c"), device).rdev()).isEqualTo(77);
    }
  }

  /** A read that fails after its incarnation was taken out of service says nothing of the next. */
  @Test
  void aFailureOfAnEarlierIncarnationFencesNoLaterOne() throws Exception {
    MemoryDevice image = settled();
    long dir = directory(image);
    int victim = Trial.chunkOf(dir);
    long block = Trial.chunkStart(victim) + Ino.block(Ino.ofId(dir)) * 4096L;
    FaultyDevice device = new FaultyDevice(image, 1);
    try (Volume volume = Trial.open(device, Trial.options(), 1)) {
      device.inject(Fault.once(Fault.Kind.READ_HANG, block, block + 4096));
      Fault error = Fault.once(Fault.Kind.READ_ERROR, block, block + 4096);
      device.inject(error);
      CompletableFuture<Vfs.Attr> reader =
          CompletableFuture.supplyAsync(() -> attributes(volume, dir), THREADS);
      awaitHanging(device);
      volume.crash(victim);
      volume.online(victim);
      device.inject(error); // when it is asked for again
      device.release();
      // The request goes on with the incarnation that serves now.
      assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo(volume.getattr(dir));
      assertThat(Trial.fenced(volume)).isNull();
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

  private static Vfs.Attr attributes(Volume volume, long id) {
    try {
      return volume.getattr(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitHanging(FaultyDevice device) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (device.hanging() == 0) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
