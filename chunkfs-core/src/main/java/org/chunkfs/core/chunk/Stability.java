package org.chunkfs.core.chunk;

import java.io.IOException;

/** What is durable, as a checkpoint needs to know it. */
public interface Stability {
  /** Largest commit number that is stable and known to be by something itself flushed. */
  long flushedStable();

  /** Returns once {@link #flushedStable} is at least {@code g}. */
  void settle(long g) throws IOException;

  /** Makes everything written so far durable. */
  void flush() throws IOException;

  /** Largest stable commit number. */
  long stable();

  /** Something that was just written names {@code g} as stable. */
  void named(long g);
}
