package org.chunkfs.cli.fuse;

import java.lang.foreign.MemorySegment;

/**
 * An open {@code /dev/fuse}: one end of a connection to the kernel, which hands out one request a
 * read.
 */
final class FuseDevice implements AutoCloseable {
  static final String PATH = "/dev/fuse";

  private final int fd;
  private boolean closed;

  FuseDevice(int fd) {
    this.fd = fd;
  }

  /** Opens a descriptor that is not part of a connection yet; mount(2) makes it one. */
  static FuseDevice open() throws MountException {
    int fd = Libc.open(PATH, Libc.O_RDWR);
    if (Errno.ENOENT.is(fd) || Errno.ENODEV.is(fd) || Errno.ENXIO.is(fd)) {
      throw new MountException(
          "There is no /dev/fuse on this system: load the kernel's fuse module (modprobe fuse), or"
              + " give the container the device.");
    }
    if (fd < 0) {
      throw new MountException(
          Errno.EACCES.is(fd) || Errno.EPERM.is(fd)
              ? "No permission to open /dev/fuse: run as root, or let users open it (chmod 666"
                  + " /dev/fuse)."
              : "Cannot open /dev/fuse: " + Errno.name(fd) + ".");
    }
    return new FuseDevice(fd);
  }

  int fd() {
    return fd;
  }

  /**
   * Waits for a request; returns its length or the negative errno: -ENODEV once it is unmounted.
   */
  long read(MemorySegment buffer) {
    return Libc.read(fd, buffer);
  }

  /** Sends one reply or notification; returns its length or the negative errno. */
  long write(MemorySegment message) {
    return Libc.write(fd, message);
  }

  /** Lets go of it; when the last descriptor goes, the kernel fails whatever is still asked. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}
