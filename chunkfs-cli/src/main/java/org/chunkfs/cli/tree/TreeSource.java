package org.chunkfs.cli.tree;

import java.io.IOException;

/** A tree to read: every directory comes before what is in it. */
public interface TreeSource extends AutoCloseable {
  /** Takes the entries. */
  @FunctionalInterface
  interface Visitor {
    void entry(TreeEntry entry, Content content) throws IOException;
  }

  void forEach(Visitor visitor) throws IOException;

  @Override
  default void close() throws IOException {}
}
