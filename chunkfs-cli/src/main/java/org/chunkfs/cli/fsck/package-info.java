/** What {@code chunkfs fsck} has besides the checker: questions, files of plans, undo. */
@NullMarked
package org.chunkfs.cli.fsck;

import org.jspecify.annotations.NullMarked;
