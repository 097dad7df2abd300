/**
 * Checks and repairs chunkfs images, without the engine's help, so that it does not share the
 * engine's mistakes.
 */
@NullMarked
package org.chunkfs.fsck;

import org.jspecify.annotations.NullMarked;
