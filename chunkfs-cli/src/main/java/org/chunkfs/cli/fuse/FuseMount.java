package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.chunkfs.core.volume.Vfs;

/**
 * A volume served under a directory, from {@link #mount} until somebody unmounts it: this object,
 * {@code umount}, or the kernel.
 *
 * <p>Root mounts with {@code mount(2)}; everybody else through {@code fusermount3}.
 */
public final class FuseMount implements AutoCloseable {
  static final String SUBTYPE = "chunkfs";
  static final String TYPE = "fuse." + SUBTYPE;

  private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

  private final MountPoint point;
  private final FuseDevice device;
  private final FuseServer server;

  private FuseMount(MountPoint point, FuseDevice device, FuseServer server) {
    this.point = point;
    this.device = device;
    this.server = server;
  }

  /** Refuses a system on which nothing can be mounted, in one sentence. */
  public static void requireSupported() throws MountException {
    Libc.requireSupported();
  }

  /**
   * Mounts {@code vfs} on {@code directory} and serves it; on return the mount answers. What a dead
   * server left there is unmounted first.
   *
   * @throws MountException if it cannot be mounted, with the reason and what helps
   */
  public static FuseMount mount(Vfs vfs, Path directory, MountOptions options, FuseLog log)
      throws IOException {
    MountPoint point = prepare(directory);
    boolean root = Libc.euid() == 0;
    FuseDevice device = root ? mountAsRoot(point, options) : Fusermount.mount(point, options);
    try {
      FuseServer server = new FuseServer(device, vfs, options, log);
      server.start();
      if (root) {
        raiseReadAhead(point, options);
      }
      return new FuseMount(point, device, server);
    } catch (IOException | RuntimeException | Error e) {
      device.close();
      unmountQuietly(point);
      throw e;
    }
  }

  /**
   * Sees to it that {@code directory} can be mounted on: takes away what a dead server left there.
   *
   * @throws MountException if it cannot be mounted on
   */
  public static MountPoint prepare(Path directory) throws IOException {
    requireSupported();
    MountPoint point = MountPoint.of(directory);
    clear(point);
    check(point);
    return point;
  }

  /** Refuses a place where a chunkfs is mounted and alive; takes away one whose server is dead. */
  private static void clear(MountPoint point) throws IOException {
    while (point.mounted().isPresent()) {
      switch (point.life()) {
        case ALIVE -> throw new MountException("A chunkfs is already mounted on " + point + ".");
        case HANGS ->
            throw new MountException(
                "A chunkfs is mounted on "
                    + point
                    + " and does not answer; take it away with: chunkfs umount --lazy "
                    + point);
        case STALE -> unmount(point, true);
      }
    }
  }

  private static void check(MountPoint point) throws MountException {
    Path path = point.path();
    if (!Files.exists(path)) {
      throw new MountException(
          "The mount point " + path + " does not exist; make it with: mkdir " + path);
    }
    if (!Files.isDirectory(path)) {
      throw new MountException("The mount point " + path + " is not a directory.");
    }
  }

  private static FuseDevice mountAsRoot(MountPoint point, MountOptions options)
      throws MountException {
    FuseDevice device = FuseDevice.open();
    String data = options.forKernel(device.fd(), Libc.euid(), Libc.egid());
    int r = Libc.mount(options.source(), point.toString(), TYPE, options.flags(), data);
    if (r == 0) {
      return device;
    }
    device.close();
    String reason;
    if (Errno.EPERM.is(r)) {
      reason =
          "the kernel does not permit it, although this is root; a container needs the capability"
              + " SYS_ADMIN for it.";
    } else if (Errno.EBUSY.is(r)) {
      reason = "the mount point is in use.";
    } else if (Errno.ENODEV.is(r)) {
      reason = "the kernel has no FUSE; load its module with: modprobe fuse";
    } else {
      reason = Errno.name(r) + ".";
    }
    throw new MountException("Cannot mount on " + point + ": " + reason);
  }

  /**
   * Buffered reads come in pieces of the read-ahead window, which the kernel caps at 128 KiB unless
   * told otherwise.
   */
  private static void raiseReadAhead(MountPoint point, MountOptions options) throws IOException {
    var entry = point.mounted();
    if (entry.isEmpty()) {
      return;
    }
    Path knob = Path.of("/sys/class/bdi", entry.get().device(), "read_ahead_kb");
    try {
      Files.writeString(knob, options.readAhead() + "\n");
    } catch (IOException e) {
      // Slower reads, no more: /sys may be read-only in a container.
    }
  }

  /** Where it is mounted. */
  public MountPoint point() {
    return point;
  }

  /** Tells the kernel of changes that did not come through it. */
  public FuseNotifier notifier() {
    return server.notifier();
  }

  /**
   * Waits until it is unmounted, and then up to {@code grace} for requests under way; returns
   * whether all of them are done, so that nothing uses the volume any more.
   */
  public boolean awaitUnmount(Duration grace) throws InterruptedException {
    return server.awaitEnd(grace);
  }

  /**
   * Unmounts, gently first, and by force if it is in use: those who use it get errors from then on.
   */
  @Override
  public void close() throws IOException {
    try {
      if (!server.disconnectedWithin(Duration.ZERO)) {
        try {
          unmount(point, false);
        } catch (MountException e) {
          abort(point);
        }
      }
      server.awaitEnd(CLOSE_GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      device.close();
    }
  }

  /**
   * Unmounts what is mounted at {@code point}; {@code lazily} takes it out of sight at once and
   * ends it when its last user is gone.
   *
   * @throws MountException if it is in use, or nothing is mounted there
   */
  public static void unmount(MountPoint point, boolean lazily) throws IOException {
    if (Libc.euid() != 0) {
      Fusermount.unmount(point, lazily);
      return;
    }
    int r = Libc.umount(point.toString(), lazily ? Libc.MNT_DETACH : 0);
    if (Errno.EBUSY.is(r)) {
      throw new MountException(
          point + " is in use; close the files and leave the directories in it, or use --lazy.");
    }
    if (Errno.EINVAL.is(r) || Errno.ENOENT.is(r)) {
      throw new MountException("Nothing is mounted on " + point + ".");
    }
    if (r < 0) {
      throw new MountException("Cannot unmount " + point + ": " + Errno.name(r) + ".");
    }
  }

  /**
   * Ends the connection of the mount at {@code point} whatever it is doing, and takes it out of
   * sight.
   */
  public static void abort(MountPoint point) throws IOException {
    if (Libc.euid() != 0) {
      Fusermount.unmount(point, true);
      return;
    }
    int r = Libc.umount(point.toString(), Libc.MNT_FORCE | Libc.MNT_DETACH);
    if (r < 0) {
      throw new MountException("Cannot unmount " + point + ": " + Errno.name(r) + ".");
    }
  }

  private static void unmountQuietly(MountPoint point) {
    try {
      unmount(point, true);
    } catch (IOException e) {
      // The error that led here is the one to report.
    }
  }
}
