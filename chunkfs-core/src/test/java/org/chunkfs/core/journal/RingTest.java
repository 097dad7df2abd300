package org.chunkfs.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.format.JournalRecord;
import org.junit.jupiter.api.Test;

class RingTest {
  private static final int BYTES = RingModel.BYTES;

  private final MemoryRing io = new MemoryRing(BYTES);
  private final Ring ring = new Ring(RingModel.ID, io, BYTES, 0, 0, 5);
  private final RecordWriter writer = new RecordWriter();

  private RecordWriter record(int length) {
    writer.reset(JournalRecord.COMMIT);
    writer.tag(new byte[length - JournalRecord.SIZE]);
    assertThat(writer.length()).isEqualTo(length);
    return writer;
  }

  private RingScanner.Scan scan(long tail, long prevG) {
    return RingScanner.scan(RingModel.ID, io, BYTES, tail, prevG);
  }

  @Test
  void aQuarterIsReserved() throws IOException {
    assertThat(ring.freeBytes()).isEqualTo(BYTES * 3 / 4 - 4096);
    for (long g = 6; ring.fits(1000, false); g++) {
      ring.append(record(1000), g, false);
    }
    assertThat(ring.usedBytes()).isBetween(BYTES * 3L / 4 - 4096 - 1000, BYTES * 3L / 4 - 4096);
    assertThat(ring.freeBytes()).isLessThan(1000);
    assertThatThrownBy(() -> ring.append(record(1000), 1000, false))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ring.fits(1000, true)).isTrue();
    int stamps = 0;
    while (ring.stamp(1)) {
      stamps++;
    }
    assertThat(stamps).isEqualTo(3);
    assertThat(ring.fits(6000, true)).as("half of the reserve is left by stamps").isTrue();
    for (long g = 1000; ring.fits(56, true); g++) {
      ring.append(record(56), g, true);
    }
    assertThat(ring.freeBytes()).isZero();
    ring.alignHead();
    assertThat(ring.usedBytes()).isLessThanOrEqualTo(BYTES);
    assertThat(scan(0, 5).lastG()).isEqualTo(ring.lastG());
  }

  @Test
  void recordsNeverCrossTheEnd() throws IOException {
    long g = 5;
    while (ring.head() < BYTES - 1000) {
      ring.append(record(1000), ++g, true);
      ring.moveTail(ring.head());
    }
    long wrapAt = ring.head();
    long tailPrevG = ring.lastG();
    assertThat(ring.append(record(1000), ++g, true)).isEqualTo(BYTES);
    assertThat(JournalRecord.TYPE.get(io.bytes, (int) wrapAt)).isEqualTo(JournalRecord.WRAP);
    assertThat(scan(wrapAt, tailPrevG).records()).hasSize(1);
  }

  @Test
  void withoutRoomForAHeaderThereIsNoWrap() throws IOException {
    Ring late = new Ring(RingModel.ID, io, BYTES, BYTES - 48, BYTES - 48, 5);
    assertThat(late.append(record(56), 6, false)).isEqualTo(BYTES);
    assertThat(io.writes).hasSize(1);
    assertThat(scan(BYTES - 48, 5).lastG()).isEqualTo(6);
  }

  @Test
  void afterAStampARecordHasItsOwnBlock() throws IOException {
    ring.append(record(104), 6, false);
    assertThat(ring.stamp(6)).isTrue();
    assertThat(ring.append(record(104), 7, false)).isEqualTo(4096);
    RingScanner.Scan scan = scan(0, 5);
    assertThat(scan.records()).hasSize(3);
    assertThat(scan.stableG()).isEqualTo(6);
    assertThat(scan.records().get(1).g()).isEqualTo(6);
  }

  @Test
  void onlyTheLastCommitIsVoided() throws IOException {
    long first = ring.append(record(104), 6, false);
    long second = ring.append(record(504), 7, false);
    assertThatThrownBy(() -> ring.voidAt(first, 6, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ring.voidAt(ring.head(), 8, 6))
        .isInstanceOf(IllegalArgumentException.class);
    ring.voidAt(second, 7, 6);
    assertThat(ring.head()).isEqualTo(second + JournalRecord.SIZE);
    assertThat(ring.lastG()).isEqualTo(7);
    ring.append(record(56), 8, false);
    assertThat(scan(0, 5).records().stream().map(RingRecord::type))
        .containsExactly(JournalRecord.COMMIT, JournalRecord.VOID, JournalRecord.COMMIT);
  }

  @Test
  void aFailedWriteChangesNothing() throws IOException {
    ring.append(record(104), 6, false);
    io.writesUntilFailure = 0;
    assertThatThrownBy(() -> ring.append(record(104), 7, false)).isInstanceOf(IOException.class);
    io.writesUntilFailure = 0;
    assertThatThrownBy(() -> ring.stamp(6)).isInstanceOf(IOException.class);
    io.writesUntilFailure = 0;
    assertThatThrownBy(() -> ring.voidAt(0, 6, 5)).isInstanceOf(IOException.class);
    assertThat(List.of(ring.head(), ring.lastG())).containsExactly(104L, 6L);
  }

  @Test
  void numbersRise() {
    assertThatThrownBy(() -> ring.append(record(104), 5, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void commitNumbersAreUnsigned() throws IOException {
    ring.append(record(104), Long.MAX_VALUE, false);
    ring.append(record(104), Long.MIN_VALUE, false);
    ring.append(record(104), -1, false);
    RingScanner.Scan scan = scan(0, 5);
    assertThat(scan.records()).hasSize(3);
    assertThat(scan.lastG()).isEqualTo(-1);
  }

  @Test
  void tailStaysBetweenItselfAndTheHead() throws IOException {
    ring.append(record(104), 6, false);
    assertThatThrownBy(() -> ring.moveTail(112)).isInstanceOf(IllegalArgumentException.class);
    ring.moveTail(104);
    assertThatThrownBy(() -> ring.moveTail(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(ring.tail()).isEqualTo(104);
    assertThatThrownBy(() -> new Ring(RingModel.ID, io, BYTES, 0, BYTES + 8L, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Ring(RingModel.ID, io, 5000, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLookAtTheTailTellsWhetherARecordIsThere() throws IOException {
    assertThat(occupied(0, 5)).isFalse();
    ring.append(record(104), 6, false);
    assertThat(occupied(0, 5)).isTrue();
    assertThat(occupied(0, 4)).as("another predecessor").isFalse();
    assertThat(occupied(104, 6)).isFalse();
    assertThat(occupied(-8, 6)).isFalse();
    io.unreadableBlocks.add(0);
    assertThatThrownBy(() -> occupied(0, 5)).isInstanceOf(IOException.class);
  }

  private boolean occupied(long tail, long prevG) throws IOException {
    return RingScanner.occupied(RingModel.ID, io, BYTES, tail, prevG);
  }

  @Test
  void largeRecordsPass() throws IOException {
    int bytes = 1 << 22;
    MemoryRing large = new MemoryRing(bytes);
    Ring wide = new Ring(RingModel.ID, large, bytes, 0, 0, 5);
    writer.reset(JournalRecord.COMMIT);
    byte[] block = new byte[4096];
    java.util.Arrays.fill(block, (byte) 3);
    for (int i = 0; i < 500; i++) {
      writer.image(i, block);
    }
    wide.append(writer, 6, false);
    RingScanner.Scan scan = RingScanner.scan(RingModel.ID, large, bytes, 0, 5);
    assertThat(scan.records().getFirst().redoEntries()).isEqualTo(500);
    assertThat(scan.damage()).isNull();
  }
}
