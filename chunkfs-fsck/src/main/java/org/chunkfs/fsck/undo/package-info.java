/**
 * Saves what a repair overwrites before it does, and puts it back.
 *
 * <p>An undo file begins with two header slots of 4096 bytes, written alternately; the one with the
 * larger sequence that is sound counts and says up to which byte records are complete. A record is
 * an old block's content, or what a block was going to be made: with both it can be told whether an
 * image is still one that this repair left, wherever it was cut.
 */
@NullMarked
package org.chunkfs.fsck.undo;

import org.jspecify.annotations.NullMarked;
