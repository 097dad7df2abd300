package org.chunkfs.cli.scratch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.ControlClient;
import org.chunkfs.cli.server.DaemonLauncher;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An image mounted by a server process of its own, {@code chunkfs mount}, which can be killed. */
public final class ServedMount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Path directory;
  private final ProcessHandle server;

  private ServedMount(Path directory, ProcessHandle server) {
    this.directory = directory;
    this.server = server;
  }

  /** Whether this user can mount here. */
  public static boolean possible() {
    try {
      FuseMount.requireSupported();
    } catch (IOException e) {
      return false;
    }
    Path device = Path.of("/dev/fuse");
    return Files.isReadable(device) && Files.isWritable(device);
  }

  /** Mounts the image on a directory, which may have a mount whose server is dead. */
  public static ServedMount start(Path image, Path directory) throws IOException {
    DaemonLauncher.start(
        directory, List.of("--daemon", "--", image.toString(), directory.toString()));
    long pid = ask(directory, ControlClient.request("ping")).path("pid").asLong(-1);
    ServedMount mount =
        new ServedMount(
            directory,
            ProcessHandle.of(pid)
                .orElseThrow(() -> new IOException("The server of the mount ended at once.")));
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is mounted and does not answer.");
    }
    return mount;
  }

  /**
   * Asks the server over its control socket.
   *
   * @throws IOException with the server's sentence if it refuses
   */
  public JsonNode ask(ObjectNode request) throws IOException {
    return ask(directory, request);
  }

  private static JsonNode ask(Path directory, ObjectNode request) throws IOException {
    MountPoint point = MountPoint.of(directory);
    Optional<ControlClient> connection = ControlClient.connect(point);
    if (connection.isEmpty()) {
      throw new IOException("Nobody serves " + point + ".");
    }
    try (ControlClient client = connection.get()) {
      return client.call(request, _ -> {}, PATIENCE);
    }
  }

  /** Ends the server in the middle of whatever it is doing (SIGKILL); returns when it is gone. */
  public void kill() throws IOException {
    server.destroyForcibly();
    if (!ended(server)) {
      throw new IOException("The server, process " + server.pid() + ", cannot be killed.");
    }
  }

  private static boolean ended(ProcessHandle process) throws IOException {
    try {
      process.onExit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted.", e);
    }
  }

  /** Unmounts, from under its users if need be, and sees to it that the server is gone. */
  @Override
  public void close() throws IOException {
    MountPoint point = MountPoint.of(directory);
    try {
      if (point.mounted().isPresent()) {
        try {
          FuseMount.unmount(point, false);
        } catch (IOException e) {
          FuseMount.abort(point);
        }
      }
    } finally {
      if (!ended(server)) {
        server.destroyForcibly();
      }
    }
  }
}
