/** The catalogue: every kind of finding, with a stable number, and the findings themselves. */
@NullMarked
package org.chunkfs.fsck.problem;

import org.jspecify.annotations.NullMarked;
