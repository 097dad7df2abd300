/** The passes. Each judges what the scan found and writes nothing. */
@NullMarked
package org.chunkfs.fsck.check;

import org.jspecify.annotations.NullMarked;
