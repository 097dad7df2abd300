/** Stages and applies repairs, and checks again. */
@NullMarked
package org.chunkfs.fsck.repair;

import org.jspecify.annotations.NullMarked;
