package org.chunkfs.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingModel.Entry;
import org.chunkfs.core.journal.RingScanner.Scan;

/**
 * Bytes made to hurt: a scan ends, finds a damage, or finds records that can be applied; nothing
 * else.
 */
class HostileRingProps {
  private static final int BYTES = RingModel.BYTES;

  private final RecordCrc crc = new RecordCrc();

  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(0, 1 << 16).list().ofMaxSize(60);
  }

  @Property(tries = 300, seed = "1008")
  void noise(@ForAll Random random, @ForAll long tail, @ForAll long prevG) {
    MemoryRing io = new MemoryRing(BYTES);
    random.nextBytes(io.bytes);
    Scan scan = RingScanner.scan(RingModel.ID, io, BYTES, tail, prevG);
    assertThat(scan.records()).isEmpty();
    assertThat(scan.damage() == null)
        .isEqualTo(tail >= 0 && tail % 8 == 0 && tail <= Long.MAX_VALUE / 2);
  }

  /** Any header field or body byte replaced, under a checksum that holds. */
  @Property(tries = 3000, seed = "1009")
  void forgedRecords(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    model.append(random.nextInt(4000));
    for (int i = random.nextInt(3); i >= 0; i--) {
      Entry victim = model.entries.get(random.nextInt(model.entries.size()));
      forge(model.io.bytes, (int) (victim.position() % BYTES), victim.length(), random);
    }
    Scan scan = model.scan();
    byte[] target = new byte[4096];
    for (RingRecord r : scan.records()) {
      assertThat(r.toString()).isNotEmpty();
      assertThat(r.participants().length + r.dataRanges().length + r.tag().length)
          .isLessThan(r.length());
      r.forEachRedo((block, image, redo) -> redo.applyTo(target));
    }
  }

  private void forge(byte[] disk, int at, int length, Random random) {
    int where = at + random.nextInt(random.nextBoolean() ? JournalRecord.SIZE : length);
    switch (random.nextInt(3)) {
      case 0 -> disk[where] = (byte) random.nextInt();
      case 1 -> disk[where] = (byte) 0xFF;
      default -> disk[where]++;
    }
    int claimed = JournalRecord.LENGTH.get(disk, at);
    int sealed = claimed >= JournalRecord.SIZE && claimed <= BYTES - at ? claimed : length;
    JournalRecord.CRC.set(disk, at, crc.of(RingModel.ID, disk, at, sealed));
  }

  /** Headers everywhere, each of which claims the rest of the ring. */
  @Example
  void overlappingRecordsCostNoMoreThanSomeLaps() {
    int bytes = 1 << 25;
    MemoryRing io = new MemoryRing(bytes);
    for (int at = 0; at + JournalRecord.SIZE <= bytes; at += JournalRecord.SIZE) {
      JournalRecord.MAGIC.set(io.bytes, at, JournalRecord.MAGIC_VALUE);
      JournalRecord.POSITION.set(io.bytes, at, at);
      JournalRecord.LENGTH.set(io.bytes, at, (bytes - 4096 - at) & -8);
    }
    assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          Scan scan = RingScanner.scan(RingModel.ID, io, bytes, 0, 0);
          assertThat(scan.records()).isEmpty();
          assertThat(scan.damage()).isNotNull();
        });
  }

  /** Wraps that lead to wraps. */
  @Example
  void wrapsMoveForwardOnly() {
    MemoryRing io = new MemoryRing(BYTES);
    RecordWriter wrap = new RecordWriter();
    wrap.reset(JournalRecord.WRAP);
    for (int at : new int[] {0, 8192}) {
      long position = at == 0 ? BYTES : at;
      System.arraycopy(
          wrap.seal(RingModel.ID, position, 5, 5, 0), 0, io.bytes, at, JournalRecord.SIZE);
    }
    Scan scan = RingScanner.scan(RingModel.ID, io, BYTES, 8192, 5);
    assertThat(scan.records()).isEmpty();
    assertThat(scan.damage()).isNull();
    assertThat(scan.end()).isEqualTo(8192);
  }

  @Example
  void nothingReadable() {
    MemoryRing io = new MemoryRing(BYTES);
    for (int i = 0; i < BYTES / 4096; i++) {
      io.unreadableBlocks.add(i);
    }
    Scan scan = RingScanner.scan(RingModel.ID, io, BYTES, 0, 0);
    assertThat(scan.damage()).isNotNull();
    assertThat(scan.damage().what()).contains("unreadable");
  }
}
