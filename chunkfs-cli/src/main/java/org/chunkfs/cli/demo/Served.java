package org.chunkfs.cli.demo;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The image while somebody serves it. */
interface Served extends AutoCloseable {
  /** How it is used. The same object before and after {@link #restart}. */
  Share share();

  /**
   * Asks the server over its control socket, or what stands in for it.
   *
   * @throws IOException with the server's sentence if it refuses
   */
  JsonNode ask(ObjectNode request) throws IOException;

  /** Ends the server in the middle of whatever it is doing; it gets no chance to say good-bye. */
  void kill() throws IOException;

  /** Serves the image again; returns when the first question has been answered. */
  void restart() throws IOException;

  /** Ends it as users do. */
  @Override
  void close() throws IOException;
}
