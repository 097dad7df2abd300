/** Repairs that are shown before they are made: run in memory, kept as a list of writes. */
@NullMarked
package org.chunkfs.fsck.plan;

import org.jspecify.annotations.NullMarked;
