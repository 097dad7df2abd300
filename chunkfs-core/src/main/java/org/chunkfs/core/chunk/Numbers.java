package org.chunkfs.core.chunk;

/** The volume's one history, as a commit sees it. */
public interface Numbers {
  /** Takes the next commit number; the caller holds the write locks of every chunk it changes. */
  long take();

  /** The record of that commit (or its void) is completely written everywhere. */
  void written(long g);

  /**
   * The record of that commit could not be written in its only chunk: the number becomes a void
   * there, and this incarnation is taken out of service.
   */
  void lost(Chunk chunk, long g, Exception why);
}
