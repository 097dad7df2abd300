/**
 * The exceptions that the library throws on purpose: one root, {@link
 * org.chunkfs.core.error.ChunkFsException}, and one type for each thing a caller may want to tell
 * apart. Their messages say what, where, what was expected and found, and what can be done.
 *
 * <p>All of them live here, and not beside the code that throws them, so that the hierarchy can be
 * read (and one day sealed) in one place.
 */
@NullMarked
package org.chunkfs.core.error;

import org.jspecify.annotations.NullMarked;
