package org.chunkfs.cli.demo;

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

/** The image mounted by a server process of its own: {@code chunkfs mount}. */
final class MountServed implements Served {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Path image;
  private final Path directory;
  private final Share share;
  private volatile @org.jspecify.annotations.Nullable ProcessHandle server;

  private MountServed(Path image, Path directory) {
    this.image = image;
    this.directory = directory;
    this.share = new MountShare(directory);
  }

  /** Mounts the image on an empty directory. */
  static MountServed start(Path image, Path directory) throws IOException {
    MountServed served = new MountServed(image, directory);
    served.restart();
    return served;
  }

  /** Whether this user can mount here. */
  static boolean possible() {
    try {
      FuseMount.requireSupported();
    } catch (IOException e) {
      return false;
    }
    Path device = Path.of("/dev/fuse");
    return Files.isReadable(device) && Files.isWritable(device);
  }

  @Override
  public void restart() throws IOException {
    DaemonLauncher.start(
        directory, List.of("--daemon", "--", image.toString(), directory.toString()));
    long pid = ask(ControlClient.request("ping")).path("pid").asLong(-1);
    server =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IOException("The server of the mount ended at once."));
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is mounted and does not answer.");
    }
  }

  @Override
  public Share share() {
    return share;
  }

  @Override
  public JsonNode ask(ObjectNode request) throws IOException {
    MountPoint point = MountPoint.of(directory);
    Optional<ControlClient> connection = ControlClient.connect(point);
    if (connection.isEmpty()) {
      throw new IOException("Nobody serves " + point + ".");
    }
    try (ControlClient client = connection.get()) {
      return client.call(request, _ -> {}, PATIENCE);
    }
  }

  @Override
  public void kill() throws IOException {
    ProcessHandle victim = server;
    if (victim != null) {
      victim.destroyForcibly();
      if (!ended(victim)) {
        throw new IOException("The server, process " + victim.pid() + ", cannot be killed.");
      }
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
      ProcessHandle process = server;
      if (process != null && !ended(process)) {
        process.destroyForcibly();
      }
    }
  }
}
