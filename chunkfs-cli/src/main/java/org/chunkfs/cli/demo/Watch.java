package org.chunkfs.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.chunkfs.cli.server.ControlClient;
import tools.jackson.databind.JsonNode;

/** Follows one chunk's state, tells of every change, and remembers which there were. */
final class Watch implements AutoCloseable {
  private static final long EVERY_MILLIS = 20;

  private final Served served;
  private final int chunk;
  private final Narration narration;
  private final List<String> states = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread;
  private volatile boolean stopped;

  Watch(Served served, int chunk, Narration narration) {
    this.served = served;
    this.chunk = chunk;
    this.narration = narration;
    this.thread = Thread.ofPlatform().daemon().name("demo-watch").start(this::run);
  }

  private void run() {
    String last = "online";
    try {
      while (!stopped) {
        JsonNode status = served.ask(ControlClient.request("status"));
        JsonNode now = status.path("chunks").path(chunk);
        String state = now.path("state").asString("?");
        if (!state.equals(last)) {
          tell(state, now.path("reason").asString(""), status);
          last = state;
          states.add(state);
        }
        Thread.sleep(EVERY_MILLIS);
      }
    } catch (IOException e) {
      // The server is gone; the demo itself finds out why.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String state, String reason, JsonNode status) {
    Paint paint = narration.paint();
    String shown =
        switch (state) {
          case "online" -> paint.good(state);
          case "fenced", "missing" -> paint.bad(state);
          default -> paint.busy(state);
        };
    narration.say("chunk %d is %s%s", chunk, shown, reason.isEmpty() ? "" : ": " + reason);
    narration.draw(status);
  }

  /** Waits until the states seen so far satisfy something; false if they do not in time. */
  boolean await(Predicate<List<String>> condition, long millis) throws IOException {
    long until = System.nanoTime() + millis * 1_000_000;
    try {
      while (!condition.test(List.copyOf(states))) {
        if (System.nanoTime() > until) {
          return false;
        }
        Thread.sleep(EVERY_MILLIS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  /** The states that were seen, in order. */
  List<String> states() {
    return List.copyOf(states);
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }
}
