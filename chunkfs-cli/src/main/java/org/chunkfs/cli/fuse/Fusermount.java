package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The set-user-id helper {@code fusermount3} (or the older {@code fusermount}), which mounts for
 * users who are not root.
 */
final class Fusermount {
  private static final List<String> NAMES = List.of("fusermount3", "fusermount");

  private Fusermount() {}

  /** Mounts, and returns the device that the helper passes back over a socket. */
  static FuseDevice mount(MountPoint point, MountOptions options) throws IOException {
    int[] sockets = new int[2];
    int made = Libc.socketpair(sockets);
    if (made < 0) {
      throw new MountException("Cannot make a socket for fusermount3: " + Errno.name(made) + ".");
    }
    try {
      Process helper;
      try {
        helper = startWithStdin(sockets[1], "-o", options.forFusermount(), "--", point.toString());
      } finally {
        Libc.close(sockets[1]);
      }
      int fd = Libc.receiveDescriptor(sockets[0]);
      String complaint = complaint(helper);
      if (fd < 0) {
        throw new MountException(
            complaint.isEmpty()
                ? "fusermount3 did not mount " + point + ", and does not say why."
                : "Cannot mount on " + point + ": " + complaint);
      }
      return new FuseDevice(fd);
    } finally {
      Libc.close(sockets[0]);
    }
  }

  /** Unmounts; {@code lazily} takes it out of sight at once, even if it is in use. */
  static void unmount(MountPoint point, boolean lazily) throws IOException {
    Process helper =
        start(
            lazily
                ? List.of("-u", "-z", "--", point.toString())
                : List.of("-u", "--", point.toString()));
    String complaint = complaint(helper);
    if (helper.exitValue() != 0) {
      throw new MountException("Cannot unmount " + point + ": " + complaint);
    }
  }

  /**
   * The helper wants the number of its socket in {@code _FUSE_COMMFD}. A child process inherits
   * descriptors 0 to 2 and no other, so the socket takes the place of our standard input meanwhile.
   */
  private static Process startWithStdin(int socket, String... arguments) throws IOException {
    int saved = Libc.dup(0);
    Libc.dup2(socket, 0);
    try {
      return start(List.of(arguments));
    } finally {
      if (saved < 0) {
        Libc.close(0);
      } else {
        Libc.dup2(saved, 0);
        Libc.close(saved);
      }
    }
  }

  private static Process start(List<String> arguments) throws IOException {
    for (String name : NAMES) {
      List<String> command = new ArrayList<>(List.of(name));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectErrorStream(true);
      builder.environment().put("_FUSE_COMMFD", "0");
      try {
        return builder.start();
      } catch (IOException e) {
        // Not there; try the next name.
      }
    }
    throw new MountException(
        "Mounting as a user needs the program fusermount3: install the package fuse3, or run as"
            + " root.");
  }

  /** What the helper had to say, once it has ended. */
  private static String complaint(Process helper) throws IOException {
    String said =
        new String(helper.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      helper.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MountException("Interrupted while fusermount3 ran.");
    }
    return said;
  }
}
