package org.chunkfs.fsck.undo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.chunkfs.core.device.BlockDevice;
import org.jspecify.annotations.Nullable;

/** The bytes of an undo file: see the package. Little-endian, as the image is. */
final class UndoFormat {
  static final int BLOCK = BlockDevice.BLOCK;
  static final int SECTOR = 512;
  static final int SECTORS = BLOCK / SECTOR;

  /** Where records begin: behind both header slots. */
  static final long RECORDS = 2L * BLOCK;

  static final int RECORD_HEADER = 32;

  /** Kinds of record: a block as it was, and the sectors' checksums as it was going to be. */
  static final int OLD = 1, INTENT = 2;

  private static final long HEADER_MAGIC = 0x6F64_6E55_7346_6B43L; // "CkFsUndo"
  private static final int RECORD_MAGIC = 0x6F64_6E55;
  private static final int VERSION = 1;
  private static final int HEADER = 72;

  private UndoFormat() {}

  /**
   * What a header slot says.
   *
   * @param uuid of the image
   * @param imageBytes its size
   * @param sequence rises by one with each header written
   * @param length bytes of the file that are complete
   */
  record Header(byte[] uuid, long imageBytes, long sequence, long length) {
    byte[] encode() {
      ByteBuffer b = buffer(BLOCK);
      b.putLong(HEADER_MAGIC).putInt(VERSION).putInt(0);
      b.put(uuid).putLong(imageBytes).putLong(sequence).putLong(length);
      b.putInt(12, crc(b.array(), 0, HEADER));
      return b.array();
    }

    static @Nullable Header decode(byte[] slot) {
      ByteBuffer b = ByteBuffer.wrap(slot.clone()).order(ByteOrder.LITTLE_ENDIAN);
      int crc = b.getInt(12);
      b.putInt(12, 0);
      if (b.getLong() != HEADER_MAGIC
          || b.getInt() != VERSION
          || crc(b.array(), 0, HEADER) != crc) {
        return null;
      }
      b.getInt();
      byte[] uuid = new byte[16];
      b.get(uuid);
      return new Header(uuid, b.getLong(), b.getLong(), b.getLong());
    }
  }

  /** Whether bytes are the start of an undo file, sound or not. */
  static boolean looksLike(byte[] slot) {
    return slot.length >= 8
        && ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN).getLong() == HEADER_MAGIC;
  }

  /**
   * One record.
   *
   * @param block number of the block in the image
   * @param payload {@link #OLD}: the block's bytes, none if all are zero; {@link #INTENT}: the CRC
   *     of each sector
   */
  record Entry(int kind, long block, byte[] payload) {
    byte[] encode(byte[] uuid) {
      ByteBuffer b = buffer(RECORD_HEADER + payload.length);
      b.putInt(RECORD_MAGIC).putInt(0).putInt(kind).putInt(payload.length).putLong(block);
      b.position(RECORD_HEADER);
      b.put(payload);
      b.putInt(4, seeded(uuid, b.array()));
      return b.array();
    }

    /** Bytes of the payload of a record that begins like this; -1 if it is none. */
    static int payload(byte[] header) {
      ByteBuffer b = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
      int kind = b.getInt(8);
      int length = b.getInt(12);
      boolean good =
          b.getInt(0) == RECORD_MAGIC
              && b.getLong(16) >= 0
              && (kind == OLD && (length == 0 || length == BLOCK)
                  || kind == INTENT && length == 4 * SECTORS);
      return good ? length : -1;
    }

    /** The record of these bytes; null if its checksum is wrong. */
    static @Nullable Entry decode(byte[] bytes, byte[] uuid) {
      ByteBuffer b = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
      int crc = b.getInt(4);
      b.putInt(4, 0);
      return seeded(uuid, b.array()) == crc
          ? new Entry(
              b.getInt(8), b.getLong(16), Arrays.copyOfRange(bytes, RECORD_HEADER, bytes.length))
          : null;
    }
  }

  /** An {@link #INTENT} for a block that is to have these bytes. */
  static Entry intent(long block, byte[] bytes) {
    ByteBuffer b = buffer(4 * SECTORS);
    for (int i = 0; i < SECTORS; i++) {
      b.putInt(crc(bytes, i * SECTOR, SECTOR));
    }
    return new Entry(INTENT, block, b.array());
  }

  /** An {@link #OLD} for a block that has these bytes. */
  static Entry old(long block, byte[] bytes) {
    boolean zero = true;
    for (int i = 0; zero && i < bytes.length; i++) {
      zero = bytes[i] == 0;
    }
    return new Entry(OLD, block, zero ? new byte[0] : bytes);
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static int seeded(byte[] uuid, byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(uuid);
    crc.update(record);
    return (int) crc.getValue();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
