package org.chunkfs.cli.server;

import java.io.IOException;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** What the daemon does when it is asked for one command over its control socket. */
@FunctionalInterface
public interface ControlCommand {
  /**
   * Does it. Called from a thread of the caller's connection, which may wait.
   *
   * @param request the whole request, {@code "command"} included
   * @param progress takes what can be said on the way; the caller sees it at once
   * @return the answer
   * @throws IOException whose message is passed on to the caller
   */
  JsonNode run(JsonNode request, Consumer<JsonNode> progress) throws IOException;
}
