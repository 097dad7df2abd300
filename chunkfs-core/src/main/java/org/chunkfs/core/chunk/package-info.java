/**
 * One incarnation of one chunk: its block cache, mini-transactions, allocation, item maps, inodes
 * and checkpoints. Code here knows no other chunk.
 */
@NullMarked
package org.chunkfs.core.chunk;

import org.jspecify.annotations.NullMarked;
