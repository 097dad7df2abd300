package org.chunkfs.core.chunk;

/** A metadata block in memory. Its bytes never change: a commit puts a new one in its place. */
final class CachedBlock {
  final byte[] data;

  /** Differs from the block in place: must not be dropped. */
  volatile boolean dirty;

  /** The checkpoint period in which the ring last got its full image; -1: not in the ring. */
  final int imaged;

  /** Used since the evictor last looked. */
  boolean referenced = true;

  CachedBlock(byte[] data, boolean dirty, int imaged) {
    this.data = data;
    this.dirty = dirty;
    this.imaged = imaged;
  }
}
