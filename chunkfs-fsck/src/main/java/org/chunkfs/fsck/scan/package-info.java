/**
 * Reads a chunk as recovery would leave it, straight from the device, believing nothing: the checks
 * and the repairs work on what is found here.
 */
@NullMarked
package org.chunkfs.fsck.scan;

import org.jspecify.annotations.NullMarked;
