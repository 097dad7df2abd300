/** Checks a volume in use in the background, file data included, round after round. */
@NullMarked
package org.chunkfs.fsck.scrub;

import org.jspecify.annotations.NullMarked;
