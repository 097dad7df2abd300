package org.chunkfs.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.JournalRecord;
import org.junit.jupiter.api.Test;

class RecordWriterTest {
  private final RecordWriter writer = new RecordWriter();

  @Test
  void everyPartIsFoundAgain() throws CorruptException {
    byte[] block = new byte[4096];
    block[100] = 7;
    block[4095] = 8;
    writer.reset(JournalRecord.COMMIT);
    writer.participants(new int[] {4, 5, -1, 99}, 3);
    writer.dataRange(1000, 2);
    writer.dataRange(-7, 3);
    writer.tag(new byte[] {1, 2, 3});
    writer.image(42, block);
    writer.difference(43, new byte[4096], block, 32);
    byte[] bytes = writer.seal(RingModel.ID, 4096, 9, 8, 0);
    RingRecord record = new RingRecord(Arrays.copyOf(bytes, writer.length()));

    assertThat(record.type()).isEqualTo(JournalRecord.COMMIT);
    assertThat(record.position()).isEqualTo(4096);
    assertThat(record.g()).isEqualTo(9);
    assertThat(record.prevG()).isEqualTo(8);
    assertThat(record.stableG()).isZero();
    assertThat(record.participants()).containsExactly(4, 5, -1);
    assertThat(record.dataRanges()).containsExactly(1000, 2, -7, 3);
    assertThat(record.tag()).containsExactly(1, 2, 3);
    assertThat(record.redoEntries()).isEqualTo(2);
    StringBuilder seen = new StringBuilder();
    record.forEachRedo(
        (number, image, redo) -> seen.append("%d %s %d;".formatted(number, image, redo.runs())));
    assertThat(seen).hasToString("42 true 2;43 false 2;");
    assertThat(record.length() % 8).isZero();
    assertThat(record.end()).isEqualTo(4096 + record.length());
  }

  /** The bytes of one small record, for ever. */
  @Test
  void bytesArePinned() {
    byte[] block = new byte[4096];
    block[9] = 0x55;
    writer.reset(JournalRecord.COMMIT);
    writer.participants(new int[] {3}, 1);
    writer.dataRange(0x11, 2);
    writer.tag(new byte[] {0x77});
    writer.image(0x22, block);
    byte[] bytes = writer.seal(RingModel.ID, 0x1000, 6, 5, 0);
    assertThat(HexFormat.of().formatHex(bytes, 8, writer.length()))
        .isEqualTo(
            "6000000001010100" // length, type, participants, tag length
                + "0010000000000000" // position
                + "0600000000000000" // g
                + "0500000000000000" // predecessor
                + "0000000000000000" // stable
                + "0100000001000000" // data ranges, redo entries
                + "03000000" // participant
                + "1100000002000000" // data range
                + "77" // tag
                + "2200000001000100" // block, image, runs
                + "080008000055000000000000" // run
                + "00000000000000"); // padding
    assertThat(JournalRecord.CRC.get(bytes, 0)).isEqualTo(0xD518703C);
  }

  @Test
  void equalBlocksNeedNoEntry() {
    writer.reset(JournalRecord.COMMIT);
    writer.difference(1, new byte[4096], new byte[4096], 8);
    assertThat(writer.length()).isEqualTo(JournalRecord.SIZE);
  }

  @Test
  void imageOfZerosIsAnEntry() throws CorruptException {
    writer.reset(JournalRecord.COMMIT);
    writer.image(1, new byte[4096]);
    byte[] bytes = writer.seal(RingModel.ID, 0, 1, 0, 0);
    RingRecord record = new RingRecord(Arrays.copyOf(bytes, writer.length()));
    byte[] target = new byte[4096];
    Arrays.fill(target, (byte) 1);
    record.forEachRedo((block, image, redo) -> redo.applyTo(target));
    assertThat(target).containsOnly(0);
  }

  @Test
  void partsAreInOrder() {
    writer.reset(JournalRecord.COMMIT);
    writer.dataRange(1, 1);
    assertThatThrownBy(() -> writer.participants(new int[1], 1))
        .isInstanceOf(IllegalStateException.class);
    writer.tag(new byte[1]);
    assertThatThrownBy(() -> writer.tag(new byte[1])).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> writer.dataRange(1, 1)).isInstanceOf(IllegalStateException.class);
    writer.image(1, new byte[4096]);
    assertThatThrownBy(() -> writer.tag(new byte[1])).isInstanceOf(IllegalStateException.class);
    writer.reset(JournalRecord.VOID);
    writer.participants(new int[1], 1);
    assertThat(writer.length()).isEqualTo(64);
  }

  @Test
  void limitsAreKept() {
    writer.reset(JournalRecord.COMMIT);
    assertThatThrownBy(() -> writer.participants(new int[256], 256))
        .isInstanceOf(IllegalArgumentException.class);
    writer.reset(JournalRecord.COMMIT);
    assertThatThrownBy(() -> writer.tag(new byte[65536]))
        .isInstanceOf(IllegalArgumentException.class);
    writer.reset(JournalRecord.COMMIT);
    byte[] block = new byte[4096];
    assertThatThrownBy(() -> writer.difference(1, block, block, 12))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.image(1, new byte[100]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RingId(new byte[15], 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
