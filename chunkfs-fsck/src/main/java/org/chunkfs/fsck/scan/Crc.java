package org.chunkfs.fsck.scan;

import java.util.zip.CRC32C;

/** CRC32C as the format uses it. */
public final class Crc {
  private Crc() {}

  public static int of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  public static int of(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** CRC of a table block as a table root holds it: never zero. */
  public static int ofTable(byte[] block) {
    int crc = of(block);
    return crc == 0 ? 1 : crc;
  }

  /** As messages show it. */
  public static String show(int crc) {
    return "0x%08x".formatted(crc);
  }
}
