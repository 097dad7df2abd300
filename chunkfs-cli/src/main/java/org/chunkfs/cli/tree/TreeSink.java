package org.chunkfs.cli.tree;

import java.io.IOException;

/** A tree to be made. */
public interface TreeSink extends AutoCloseable {
  /** Makes one file, and the directories above it where they are not there. */
  void add(TreeEntry entry, Content content) throws IOException;

  /** Completes what can only be done when everything is there. */
  void finish() throws IOException;

  @Override
  default void close() throws IOException {}
}
