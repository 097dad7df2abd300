package org.chunkfs.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.device.PatientDevice;
import org.chunkfs.core.error.DeviceException;
import org.junit.jupiter.api.Test;

/** The devices that record and fail, and the states built from a recording. */
final class DevicesTest {
  private static final int BLOCK = BlockDevice.BLOCK;

  private static ByteBuffer block(int value) {
    byte[] bytes = new byte[BLOCK];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  private static byte[] read(BlockDevice device, int block) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
    device.read((long) block * BLOCK, bytes);
    return bytes.array();
  }

  private static int first(BlockDevice device, int block) throws IOException {
    return read(device, block)[0];
  }

  private static RecordingDevice recorded() throws IOException {
    RecordingDevice device = new RecordingDevice(new MemoryDevice(16 * BLOCK));
    device.write(0, block(1));
    device.flush();
    device.write(0, block(2));
    device.write(BLOCK, block(3));
    return device;
  }

  @Test
  void aProcessDeathKeepsEveryWriteUntilThen() throws IOException {
    CrashStates states = new CrashStates(recorded().recording());
    assertThat(first(states.processDeath(), 0)).isZero();
    states.advance(1);
    assertThat(first(states.processDeath(), 0)).isEqualTo(1);
    states.advance(states.size());
    assertThat(first(states.processDeath(), 0)).isEqualTo(2);
    assertThat(first(states.processDeath(), 1)).isEqualTo(3);
  }

  @Test
  void aLossOfPowerKeepsWhatWasFlushedAndAnySectorsOfTheRest() throws IOException {
    CrashStates states = new CrashStates(recorded().recording());
    states.advance(states.size());
    assertThat(states.window()).hasSize(2);
    Set<String> seen = new HashSet<>();
    for (long seed = 0; seed < 300; seed++) {
      MemoryDevice left = states.powerLoss(seed);
      byte[] zero = read(left, 0);
      byte[] one = read(left, 1);
      for (int at = 0; at < BLOCK; at += CrashStates.SECTOR) {
        assertThat(zero[at]).isIn((byte) 1, (byte) 2);
        assertThat(one[at]).isIn((byte) 0, (byte) 3);
      }
      seen.add(Arrays.hashCode(zero) + " " + Arrays.hashCode(one));
      assertThat(read(states.powerLoss(seed), 0)).isEqualTo(zero);
    }
    assertThat(seen).hasSizeGreaterThan(20);
    assertThat(first(states.powerLossKeeping(0b10), 0)).isEqualTo(1);
    assertThat(first(states.powerLossKeeping(0b10), 1)).isEqualTo(3);
  }

  @Test
  void writesDuringAFlushAreNotCalledDurable() throws IOException {
    Recording recording =
        new Recording(
            new MemoryDevice(4 * BLOCK),
            List.of(
                new Recording.Write(0, block(1).array()),
                new Recording.FlushBegin(0),
                new Recording.Write(0, block(2).array()),
                new Recording.FlushEnd(0)));
    CrashStates states = new CrashStates(recording);
    states.advance(states.size());
    assertThat(first(states.powerLossKeeping(0), 0)).isEqualTo(1);
    assertThat(states.window()).hasSize(1);
  }

  @Test
  void whatIsPlannedGoesWrongAndIsTold() throws IOException {
    MemoryDevice memory = new MemoryDevice(16 * BLOCK);
    FaultyDevice device = new FaultyDevice(memory, 7);
    device.inject(Fault.once(Fault.Kind.LOST_WRITE, 0, BLOCK));
    device.write(0, block(1));
    assertThat(first(memory, 0)).isZero();
    device.write(0, block(1));
    assertThat(first(memory, 0)).isEqualTo(1);

    device.inject(Fault.lasting(Fault.Kind.READ_ERROR, BLOCK, 2 * BLOCK));
    assertThat(first(device, 0)).isEqualTo(1);
    assertThatThrownBy(() -> read(device, 1)).isInstanceOf(DeviceException.class);
    assertThatThrownBy(() -> read(device, 1)).hasMessageContaining("as planned");

    device.inject(Fault.once(Fault.Kind.READ_FLIP, 0, BLOCK).after(1));
    assertThat(read(device, 0)).isEqualTo(read(memory, 0));
    byte[] flipped = read(device, 0);
    int bits = 0;
    for (int i = 0; i < BLOCK; i++) {
      bits += Integer.bitCount((flipped[i] ^ 1) & 0xFF);
    }
    assertThat(bits).isEqualTo(1);

    device.inject(Fault.once(Fault.Kind.TORN_WRITE, 2 * BLOCK, 3 * BLOCK));
    device.write(2 * BLOCK, block(5));
    assertThat(read(memory, 2)).contains((byte) 0, (byte) 5);

    device.inject(Fault.once(Fault.Kind.MISDIRECTED_WRITE, 4 * BLOCK, 12 * BLOCK));
    device.write(4 * BLOCK, block(9));
    int found = 0;
    for (int b = 4; b < 12; b++) {
      found += first(memory, b) == 9 ? 1 : 0;
    }
    assertThat(found).isEqualTo(1);
    device.inject(Fault.once(Fault.Kind.FLUSH_ERROR, 0, 0));
    assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
    device.flush();
    assertThat(device.done())
        .extracting(FaultyDevice.Done::kind)
        .containsExactly(
            Fault.Kind.LOST_WRITE,
            Fault.Kind.READ_ERROR,
            Fault.Kind.READ_ERROR,
            Fault.Kind.READ_FLIP,
            Fault.Kind.TORN_WRITE,
            Fault.Kind.MISDIRECTED_WRITE,
            Fault.Kind.FLUSH_ERROR);
  }

  @Test
  void aHangLastsUntilTheRelease() throws Exception {
    MemoryDevice memory = new MemoryDevice(4 * BLOCK);
    FaultyDevice device = new FaultyDevice(memory, 7);
    device.inject(Fault.lasting(Fault.Kind.WRITE_HANG, 0, BLOCK));
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                device.write(0, block(4));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    while (device.hanging() == 0) {
      Thread.onSpinWait();
    }
    assertThat(first(memory, 0)).isZero();
    device.heal();
    thread.join(10_000);
    assertThat(first(memory, 0)).isEqualTo(4);
  }

  @Test
  void stepsCanBePrintedAndReadAgain() {
    for (Op op : Workload.filling(true).steps(5, 500)) {
      assertThat(Op.parse(op.toString())).isEqualTo(op);
    }
  }

  @Test
  void faultsOfTheMediumStay() throws IOException {
    MemoryDevice base = new MemoryDevice(8 * BLOCK);
    for (int i = 0; i < 8; i++) {
      base.write((long) i * BLOCK, block(i + 1));
    }
    FaultyDevice device = new FaultyDevice(base, 3);
    device.inject(Fault.once(Fault.Kind.ZEROED_BLOCK, BLOCK, 2 * BLOCK));
    device.inject(Fault.once(Fault.Kind.SWAPPED_BLOCK, 2 * BLOCK, 3 * BLOCK).with(5L * BLOCK));
    device.inject(Fault.once(Fault.Kind.FLIPPED_BLOCK, 3 * BLOCK, 4 * BLOCK));
    assertThat(first(device, 1)).isZero();
    assertThat(first(device, 2)).isEqualTo(6);
    assertThat(first(device, 5)).isEqualTo(3);
    byte[] flipped = read(device, 3);
    assertThat(flipped).isNotEqualTo(block(4).array()).isEqualTo(read(device, 3));
    device.heal();
    assertThat(read(device, 3)).isEqualTo(flipped);
    assertThat(device.done()).hasSize(3);
  }

  @Test
  void aFlushHangsUntilItIsReleased() throws Exception {
    FaultyDevice device = new FaultyDevice(new MemoryDevice(8 * BLOCK), 3);
    device.inject(Fault.lasting(Fault.Kind.FLUSH_HANG, 0, 1));
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                device.flush();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    while (device.hanging() == 0) {
      Thread.onSpinWait();
    }
    device.heal();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void aDeviceThatDoesNotAnswerIsGivenUp() throws IOException {
    FaultyDevice below = new FaultyDevice(new MemoryDevice(8 * BLOCK), 3);
    PatientDevice device = new PatientDevice(below, java.time.Duration.ofMillis(50));
    below.inject(Fault.lasting(Fault.Kind.READ_HANG, 0, BLOCK));
    ByteBuffer mine = block(9);
    assertThatThrownBy(() -> device.read(0, mine)).isInstanceOf(DeviceException.class);
    below.heal();
    assertThat(mine.get(0)).as("what comes late changes nothing").isEqualTo((byte) 9);
    assertThat(first(device, 1)).isZero();
  }

  @Test
  void anImageIsCheckedWhenItIsClosed() throws IOException {
    ImageChecker unhappy = _ -> java.util.List.of("something");
    CheckedDevice happy = new CheckedDevice(new MemoryDevice(BLOCK), _ -> java.util.List.of());
    happy.close();
    CheckedDevice device = new CheckedDevice(new MemoryDevice(BLOCK), unhappy);
    assertThatThrownBy(device::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("something");
    device.close(); // once
    CheckedDevice damaged = new CheckedDevice(new MemoryDevice(BLOCK), unhappy);
    damaged.leaveUnchecked();
    damaged.close();
  }
}
