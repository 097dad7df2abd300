/**
 * One chunk's journal: a ring of records, appended by {@link org.chunkfs.core.journal.Ring}, built
 * by {@link org.chunkfs.core.journal.RecordWriter}, read back by {@link
 * org.chunkfs.core.journal.RingScanner}.
 *
 * <p>The bytes are described by {@link org.chunkfs.core.format.JournalRecord}. What makes a record
 * part of the journal is a chain of three links: its CRC (seeded with the image, the chunk and the
 * ring's epoch), its absolute position, which no earlier lap shares, and the number of its
 * predecessor, which no abandoned end shares.
 *
 * <p>Commit numbers ("G") are unsigned 64-bit numbers throughout.
 */
@NullMarked
package org.chunkfs.core.journal;

import org.jspecify.annotations.NullMarked;
