/**
 * The volume: superblock, history, recovery, the life of chunks, everything across chunks, and the
 * inode-level API.
 */
@NullMarked
package org.chunkfs.core.volume;

import org.jspecify.annotations.NullMarked;
