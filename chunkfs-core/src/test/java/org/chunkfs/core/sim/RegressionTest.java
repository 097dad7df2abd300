package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.junit.jupiter.api.Test;

/** What the experiments have found once, each as a test of its own. */
final class RegressionTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

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

  /**
   * The ring map says that the journal is empty, and the older header knows nothing of what the
   * newer one accounts for: the journal still has it.
   */
  @Test
  void theJournalMakesUpForANewerHeaderThatIsLost() throws IOException {
    MemoryDevice image = SettledImage.of("second");
    long start = Trial.chunkStart(SettledImage.chunk(image));
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
    MemoryDevice image = SettledImage.of("second");
    long start = Trial.chunkStart(SettledImage.chunk(image));
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
    MemoryDevice base = SettledImage.of();
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
    MemoryDevice base = SettledImage.of();
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

  /** A run that looked at no state at all would have proven nothing. */
  @Test
  void aCrewThatIsDoneAtOnceSeesAChunkCrashToo() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      ChunkTrial trial = new ChunkTrial(Trial.image(6), Trial.options(), 6);
      assertThat(trial.run(List.of(), seed)).isNull();
      assertThat(trial.states).isPositive();
    }
  }
}
