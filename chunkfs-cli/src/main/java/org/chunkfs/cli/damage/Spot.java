package org.chunkfs.cli.damage;

import java.util.List;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.RecordLayout;
import org.jspecify.annotations.Nullable;

/**
 * A structure that an operation of a {@link Surgery} names.
 *
 * @param name as the operation spells it
 * @param position first byte in the image
 * @param length bytes
 * @param parts the records in it, and where each begins
 * @param seal makes all checksums fit that cover it
 */
record Spot(String name, long position, int length, List<Part> parts, Seal seal) {
  /** A record in a spot. */
  record Part(RecordLayout layout, int at) {}

  /** Makes checksums fit. */
  @FunctionalInterface
  interface Seal {
    void run() throws java.io.IOException;
  }

  /** Where a field begins and how wide it is. */
  record FieldAt(int at, int size) {}

  /** The field of that name; null if there is none. */
  @Nullable FieldAt field(String field) {
    for (Part part : parts) {
      for (Field each : part.layout.fields()) {
        if (each.name().equals(field)) {
          return new FieldAt(part.at + each.offset(), each.size());
        }
      }
    }
    return null;
  }
}
