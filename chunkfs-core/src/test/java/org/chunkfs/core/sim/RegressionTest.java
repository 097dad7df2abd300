package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
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
        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
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
}
