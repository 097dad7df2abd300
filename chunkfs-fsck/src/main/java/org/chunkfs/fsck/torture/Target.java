package org.chunkfs.fsck.torture;

/**
 * A field of a record at one place of an image.
 *
 * @param record name of the record, as in the format's documentation
 * @param field name of the field
 * @param chunk that it lies in; -1: outside all chunks
 * @param block within the chunk, or within the member
 * @param position first byte on the device
 * @param size in bytes
 */
record Target(String record, String field, int chunk, int block, long position, int size) {
  /** Where it is, in words. */
  String place() {
    return "%s.%s in %s block %d (byte %d)"
        .formatted(
            record.replace(' ', '-'),
            field,
            chunk < 0 ? "the image's" : "chunk " + chunk,
            block,
            position);
  }
}
