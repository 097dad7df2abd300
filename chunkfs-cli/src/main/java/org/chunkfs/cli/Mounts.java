package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.ControlClient;

/** Finding the server of a mount. */
final class Mounts {
  private Mounts() {}

  /**
   * Connects to the server of a mount.
   *
   * @throws IOException with a sentence that says what is wrong with the mount
   */
  static ControlClient connect(MountPoint point) throws IOException {
    if (point.mounted().isEmpty()) {
      throw new IOException(
          Files.exists(point.path())
              ? "No chunkfs is mounted on " + point + "."
              : point + ": no such directory.");
    }
    return ControlClient.connect(point)
        .orElseThrow(() ->
            new IOException(
                "The server of %s does not answer: it was killed, or it is another user's; "
                        .formatted(point)
                    + "chunkfs umount takes away what is left of a mount."));
  }

  /** Whether an argument is a directory, where an image is a file or a device. */
  static boolean isDirectory(Path path) throws IOException {
    return Files.isDirectory(path) || MountPoint.of(path).mounted().isPresent();
  }
}
