package org.chunkfs.cli.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.MountOptions;
import org.chunkfs.cli.fuse.MountPoint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Serves one image at one mount point, from opening it until it is unmounted. A signal to end
 * unmounts it, from under its users if need be.
 */
public final class MountDaemon {
  /**
   * How long requests under way may take to end after the unmount; afterwards they are left behind.
   */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final JsonMapper JSON = new JsonMapper();

  private final VolumeOpener opener;
  private final List<Path> members;
  private final Path directory;
  private final MountOptions options;
  private final FuseLog log;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param members the files or devices of the image
   * @param directory the mount point
   */
  public MountDaemon(
      VolumeOpener opener, List<Path> members, Path directory, MountOptions options, FuseLog log) {
    this.opener = opener;
    this.members = List.copyOf(members);
    this.directory = directory;
    String source = members.stream().map(Path::toString).collect(Collectors.joining(","));
    this.options = options.withSource(source);
    this.log = log;
  }

  /**
   * Opens, mounts and serves; returns when it is unmounted and the image is let go.
   *
   * @param ready called when the mount and its control socket answer
   * @throws IOException with a one-sentence message if it cannot be served
   */
  public void run(Ready ready) throws IOException {
    FuseMount.requireSupported();
    ControlServer control = null;
    try (ServedVolume volume = opener.open(members, options.readOnly(), options.volume())) {
      try (FuseMount mount = FuseMount.mount(volume.vfs(), directory, options, log)) {
        Thread signalled = new Thread(() -> unmountAtExit(mount.point()), "unmount at exit");
        Runtime.getRuntime().addShutdownHook(signalled);
        control = ControlServer.open(ControlSocket.create(mount.point()), log);
        control.register("ping", (_, _) -> describe(mount.point()));
        volume.mounted(control, mount.notifier(), mount.point(), log);
        ready.mounted(mount.point());
        if (!mount.awaitUnmount(GRACE)) {
          log.problem("Unmounted; leaving behind requests that did not end.", null);
        }
        control.end();
        ControlSocket.discardEmptyLog(mount.point());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } finally {
      if (control != null) {
        control.close();
      }
      ended.countDown();
    }
  }

  /** What to do when the mount answers. */
  @FunctionalInterface
  public interface Ready {
    void mounted(MountPoint point) throws IOException;
  }

  private JsonNode describe(MountPoint point) {
    ObjectNode about = JSON.createObjectNode();
    about.put("pid", ProcessHandle.current().pid());
    about.put("mountPoint", point.toString());
    about.put("source", options.source());
    about.put("readOnly", options.readOnly());
    return about;
  }

  private void unmountAtExit(MountPoint point) {
    if (ended.getCount() == 0) {
      return;
    }
    try {
      try {
        FuseMount.unmount(point, false);
      } catch (IOException e) {
        FuseMount.unmount(point, true);
      }
      ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      log.problem(e.getMessage(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
