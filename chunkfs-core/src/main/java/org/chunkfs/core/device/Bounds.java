package org.chunkfs.core.device;

import java.io.EOFException;

/** The one check of positions and lengths, with the one wording of its message. */
final class Bounds {
  private Bounds() {}

  /**
   * Checks that a transfer lies within a device.
   *
   * @param name says what the device is called; asked only if the check fails
   * @param operation "read" or "write"
   * @throws IllegalArgumentException if the position is negative
   * @throws EOFException if the transfer goes beyond the end
   */
  static void check(Object name, long size, String operation, long position, int length)
      throws EOFException {
    if (position < 0) {
      throw new IllegalArgumentException(name + ": " + operation + " at " + position);
    }
    if (length > size - position) {
      throw new EOFException(
          "%s: %s of %d bytes at %d goes beyond the end, which is at %d"
              .formatted(name, operation, length, position, size));
    }
  }

  /** Checks that a size is positive and made of whole blocks, and returns it. */
  static long wholeBlocks(long size) {
    if (size <= 0 || size % BlockDevice.BLOCK != 0) {
      throw new IllegalArgumentException(
          "a device of %d bytes: not a positive multiple of %d".formatted(size, BlockDevice.BLOCK));
    }
    return size;
  }
}
