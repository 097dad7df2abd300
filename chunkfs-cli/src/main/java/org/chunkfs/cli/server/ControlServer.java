package org.chunkfs.cli.server;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.output.Sentence;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The daemon's end of the control socket. A client sends one JSON object a line, {@code
 * {"command":"status",...}}, and gets for each any number of lines {@code {"progress":...}} and
 * then one of {@code {"result":...}} or {@code {"error":"a sentence"}}. Commands are registered by
 * name.
 *
 * <p>A connection that is still open when the image has been let go sees the end of the stream
 * then; {@code umount} waits for that.
 */
public final class ControlServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64, MAX_REQUEST = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final @Nullable Object file;
  private final ServerSocketChannel listener;
  private final FuseLog log;
  private final Map<String, ControlCommand> commands = new ConcurrentHashMap<>();
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean ending;

  private ControlServer(Path path, ServerSocketChannel listener, FuseLog log) throws IOException {
    this.path = path;
    this.listener = listener;
    this.log = log;
    this.file = fileKey(path);
  }

  /** Takes over the socket's path from whoever had it, and starts to accept connections. */
  static ControlServer open(Path path, FuseLog log) throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(path));
      ControlServer server = new ControlServer(path, listener, log);
      Thread.ofPlatform().daemon().name("control").start(server::accept);
      return server;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Adds a command.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public void register(String name, ControlCommand command) {
    if (commands.putIfAbsent(name, command) != null) {
      throw new IllegalArgumentException("There is a control command '" + name + "' already");
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        if (ending || connections.size() >= MAX_CONNECTIONS) {
          connection.close();
          continue;
        }
        connections.add(connection);
        Thread.ofPlatform().daemon().name("control-client").start(() -> converse(connection));
      }
    } catch (IOException e) {
      if (!ending) {
        log.problem("The control socket failed: " + e.getMessage(), null);
      }
    }
  }

  private void converse(SocketChannel connection) {
    try (connection;
        BufferedReader requests =
            new BufferedReader(
                new InputStreamReader(
                    Channels.newInputStream(connection), StandardCharsets.UTF_8));
        Writer answers =
            new BufferedWriter(
                new OutputStreamWriter(
                    Channels.newOutputStream(connection), StandardCharsets.UTF_8))) {
      for (String line = readLine(requests); line != null; line = readLine(requests)) {
        send(answers, answer(line, progress -> sendProgress(answers, progress)));
      }
    } catch (IOException e) {
      // The client is gone, or we are.
    } finally {
      connections.remove(connection);
    }
  }

  /**
   * One line without its end; null at the end of the stream, or where a line is too long to be a
   * request.
   */
  private static @Nullable String readLine(BufferedReader requests) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = requests.read(); c >= 0 && line.length() < MAX_REQUEST; c = requests.read()) {
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    return null;
  }

  private ObjectNode answer(String line, java.util.function.Consumer<JsonNode> progress) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      JsonNode request = JSON.readTree(line);
      String name = request.path("command").asString("");
      ControlCommand command = commands.get(name);
      if (command == null) {
        return answer.put("error", "This mount knows no command '" + name + "'.");
      }
      if (ending) {
        return answer.put("error", "The image is being unmounted.");
      }
      return answer.set("result", command.run(request, progress));
    } catch (JacksonException e) {
      return answer.put("error", "The request is no JSON object.");
    } catch (IOException e) {
      return answer.put("error", e.getMessage());
    } catch (RuntimeException | Error e) {
      log.problem("A control command failed: " + e, e);
      return answer.put("error", Sentence.of(e));
    }
  }

  private static void sendProgress(Writer answers, JsonNode progress) {
    ObjectNode line = JSON.createObjectNode();
    line.set("progress", progress);
    try {
      send(answers, line);
    } catch (IOException e) {
      // Nobody listens any more; the command goes on.
    }
  }

  private static void send(Writer answers, JsonNode line) throws IOException {
    answers.write(JSON.writeValueAsString(line));
    answers.write('\n');
    answers.flush();
  }

  /** Refuses new connections and commands from now on; connections stay open. */
  void end() {
    ending = true;
    try {
      listener.close();
      // A daemon that was started later may have taken over the path.
      if (file != null && file.equals(fileKey(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.problem("Cannot remove " + path + ": " + e.getMessage(), null);
    }
  }

  /** Ends it, and every connection. */
  @Override
  public void close() {
    end();
    for (SocketChannel connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }

  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        ? Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey()
        : null;
  }
}
