package org.chunkfs.fsck.problem;

/** How far a problem reaches: what has to be looked at to see it. */
public enum Scope {
  IMAGE,
  CHUNK,
  BLOCK,
  INODE,
  CROSS_CHUNK
}
