package org.chunkfs.cli.demo;

import java.io.IOException;

/**
 * The image as the demo's readers and writers use it: by path from its root, parts separated by
 * slashes. Safe for many threads.
 */
interface Share {
  /** The whole content of a file. */
  byte[] read(String path) throws IOException;

  /** Makes a file that was not there. */
  void create(String path, byte[] content) throws IOException;

  /** Adds to the end of a file that has {@code at} bytes. */
  void append(String path, long at, byte[] more) throws IOException;

  void rename(String from, String to) throws IOException;

  void delete(String path) throws IOException;

  boolean exists(String path) throws IOException;
}
