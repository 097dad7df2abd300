/**
 * The on-disk format: one type per record, pure bytes to values and back, no I/O.
 *
 * <p>Every field is defined once, in the {@link org.chunkfs.core.format.RecordLayout} of its
 * record; codec, inspector, fuzzer and {@code docs/format.md} all read that table. Everything is
 * little-endian; blocks are 4096 bytes.
 */
@NullMarked
package org.chunkfs.core.format;

import org.jspecify.annotations.NullMarked;
