package org.chunkfs.core.journal;

import java.util.zip.CRC32C;
import org.chunkfs.core.format.JournalRecord;
import org.jspecify.annotations.Nullable;

/**
 * Computes the CRCs of a ring's records: CRC32C of UUID, chunk, epoch and the record after its CRC
 * field.
 */
final class RecordCrc {
  private static final int FROM = JournalRecord.LENGTH.offset();

  private final CRC32C crc = new CRC32C();
  private final byte[] seed = new byte[RingId.UUID_BYTES + 8];
  private @Nullable RingId seeded;

  int of(RingId id, byte[] bytes, int at, int length) {
    if (seeded != id) {
      seed(id);
    }
    crc.reset();
    crc.update(seed, 0, seed.length);
    crc.update(bytes, at + FROM, length - FROM);
    return (int) crc.getValue();
  }

  private void seed(RingId id) {
    System.arraycopy(id.uuid(), 0, seed, 0, RingId.UUID_BYTES);
    littleEndian(RingId.UUID_BYTES, id.chunk());
    littleEndian(RingId.UUID_BYTES + 4, id.epoch());
    seeded = id;
  }

  private void littleEndian(int at, int value) {
    for (int i = 0; i < 4; i++) {
      seed[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
