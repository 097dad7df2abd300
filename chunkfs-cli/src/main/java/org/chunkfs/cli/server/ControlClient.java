package org.chunkfs.cli.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.chunkfs.cli.fuse.MountPoint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A connection to the daemon of a mount, see {@link ControlServer}. */
public final class ControlClient implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final SocketChannel connection;
  private final BufferedReader answers;

  private ControlClient(SocketChannel connection) {
    this.connection = connection;
    this.answers =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8));
  }

  /** Connects to the daemon that serves {@code point}; empty where none listens. */
  public static Optional<ControlClient> connect(MountPoint point) throws IOException {
    for (Path path : ControlSocket.candidates(point)) {
      if (Files.exists(path)) {
        try {
          return Optional.of(
              new ControlClient(SocketChannel.open(UnixDomainSocketAddress.of(path))));
        } catch (IOException e) {
          // Left over from a daemon that was killed.
        }
      }
    }
    return Optional.empty();
  }

  /** A request for {@code command}, to which arguments can be added. */
  public static ObjectNode request(String command) {
    return JSON.createObjectNode().put("command", command);
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param progress takes what the daemon says on the way
   * @param patience how long the daemon may be silent
   * @throws IOException if the daemon refuses, with its sentence; or does not answer
   */
  public JsonNode call(JsonNode request, Consumer<JsonNode> progress, Duration patience)
      throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
    within(
        patience,
        () -> {
          while (line.hasRemaining()) {
            connection.write(line);
          }
          return true;
        });
    while (true) {
      String said = within(patience, answers::readLine);
      if (said == null) {
        throw new IOException("The server of the mount ended before it answered.");
      }
      JsonNode answer = JSON.readTree(said);
      if (answer.has("progress")) {
        progress.accept(answer.get("progress"));
      } else if (answer.has("error")) {
        throw new IOException(answer.get("error").asString());
      } else {
        return answer.get("result");
      }
    }
  }

  /** Waits until the daemon has let go of the image; false if it has not after {@code patience}. */
  public boolean awaitEnd(Duration patience) {
    try {
      return within(patience, answers::readLine) == null;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      // Reset by its death.
      return true;
    }
  }

  /**
   * Does something that waits for the daemon; after {@code patience} the connection is given up.
   */
  private <T> T within(Duration patience, Callable<T> action) throws IOException {
    FutureTask<T> task = new FutureTask<>(action);
    Thread.ofPlatform().daemon().name("control-wait").start(task);
    try {
      return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close();
      throw new java.net.SocketTimeoutException(
          "The server of the mount did not answer for " + patience.toSeconds() + " s.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
