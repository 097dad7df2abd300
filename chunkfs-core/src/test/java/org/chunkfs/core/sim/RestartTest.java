package org.chunkfs.core.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.junit.jupiter.api.Test;

/** A chunk whose device hung comes back when the device has answered, and nobody has to ask. */
final class RestartTest {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final VolumeOptions OPTIONS =
      Trial.options()
          .withFenced(VolumeOptions.FencedPolicy.WAIT)
          .withStall(Duration.ofMillis(200))
          .withRestart(true);

  @Test
  void aChunkThatHungComesBackByItself() throws Exception {
    FaultyDevice device = new FaultyDevice(Trial.image(3), 1);
    try (Volume volume = Trial.open(device, OPTIONS, 1)) {
      long file = volume.create(volume.root(), "f".getBytes(UTF_8), FILE).id();
      int victim = Trial.chunkOf(file);
      hang(device, victim);
      CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> write(volume, file));
      await(() -> state(volume, victim) == ChunkState.FENCED);
      LockSupport.parkNanos(2_000_000_000L);
      assertThat(state(volume, victim)).as("while it hangs").isNotEqualTo(ChunkState.ONLINE);
      device.heal();
      device.release();
      await(() -> state(volume, victim) == ChunkState.ONLINE);
      // Its fate was open when it hung; what comes after it is done.
      writer.handle((n, e) -> n).get(20, TimeUnit.SECONDS);
      assertThat(write(volume, file)).isEqualTo(3);
      ByteBuffer read = ByteBuffer.allocate(3);
      assertThat(volume.read(file, 0, read)).isEqualTo(3);
    }
  }

  @Test
  void whatWasTakenOutOnPurposeStaysOut() throws Exception {
    FaultyDevice device = new FaultyDevice(Trial.image(3), 1);
    try (Volume volume = Trial.open(device, OPTIONS, 1)) {
      volume.create(volume.root(), "f".getBytes(UTF_8), FILE);
      volume.crash(0);
      LockSupport.parkNanos(2_500_000_000L);
      assertThat(state(volume, 0)).isEqualTo(ChunkState.FENCED);
    }
  }

  private static void hang(FaultyDevice device, int chunk) {
    device.inject(
        Fault.lasting(Fault.Kind.WRITE_HANG, Trial.chunkStart(chunk), Trial.chunkStart(chunk + 1)));
  }

  private static int write(Volume volume, long file) {
    try {
      return volume.write(file, 0, ByteBuffer.wrap("abc".getBytes(UTF_8)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ChunkState state(Volume volume, int chunk) {
    return volume.chunks().get(chunk).state();
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
