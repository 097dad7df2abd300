/** Damages images on purpose, in memory and from seeds, to prove what checks find. */
@NullMarked
package org.chunkfs.fsck.torture;

import org.jspecify.annotations.NullMarked;
