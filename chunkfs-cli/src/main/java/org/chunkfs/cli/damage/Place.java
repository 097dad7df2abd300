package org.chunkfs.cli.damage;

import org.chunkfs.core.format.RecordLayout;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes that can be damaged.
 *
 * @param position byte in the image
 * @param length bytes
 * @param name what it is, for people
 * @param layout the record it begins with, or null if it has no fields
 * @param layoutAt where the record starts in it
 * @param sealed how its own checksum is made again
 */
record Place(
    long position,
    int length,
    String name,
    @Nullable RecordLayout layout,
    int layoutAt,
    Seal sealed) {

  /** Makes a record's own checksum fit its bytes again; does nothing where it has none. */
  @FunctionalInterface
  interface Seal {
    void seal(byte[] bytes);
  }

  static final Seal NONE = _ -> {};
}
