package org.chunkfs.cli.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What Java cannot ask of the host's files: where their holes are, extended attributes of any
 * namespace, device nodes. Paths are bytes without NUL. Only on systems that {@link #supported}
 * says.
 */
public final class HostFiles {
  private static final int AT_FDCWD = -100, SEEK_DATA = 3, SEEK_HOLE = 4;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long SECOND = 1_000_000_000;
  private static final int XATTR_MAX = 1 << 16;
  private static final int PATH_MAX = 4096;

  private HostFiles() {}

  /** Whether this system has what is needed: Linux on x86-64 or AArch64. */
  public static boolean supported() {
    return Libc.supported();
  }

  /** Whose files this process makes. */
  public static int uid() {
    return supported() ? Libc.euid() : 0;
  }

  /** The group of the files this process makes. */
  public static int gid() {
    return supported() ? Libc.egid() : 0;
  }

  /** An open file whose holes can be looked for. */
  public static final class Holes implements AutoCloseable {
    private final int fd;

    private Holes(int fd) {
      this.fd = fd;
    }

    /** Opens a regular file for reading. */
    public static Holes open(byte[] path) throws IOException {
      return new Holes((int) check(withPath(path, p -> openat(p)), path));
    }

    private static long openat(long path) {
      return Libc.call(Libc.Call.OPENAT, AT_FDCWD, path, 0x80000, 0, 0);
    }

    /**
     * The first offset at or after {@code from} that is data or a hole; empty past the last, or
     * where the host's filesystem cannot tell.
     */
    public OptionalLong seek(long from, boolean hole) {
      long found = Libc.call(Libc.Call.LSEEK, fd, from, hole ? SEEK_HOLE : SEEK_DATA, 0, 0);
      return found < 0 ? OptionalLong.empty() : OptionalLong.of(found);
    }

    @Override
    public void close() {
      Libc.close(fd);
    }
  }

  /** Makes a device node, FIFO or socket; {@code rdev} as the kernel encodes it. */
  public static void mknod(byte[] path, int mode, int rdev) throws IOException {
    check(
        withPath(
            path,
            p -> Libc.call(Libc.Call.MKNODAT, AT_FDCWD, p, mode, Integer.toUnsignedLong(rdev), 0)),
        path);
  }

  /** Makes a symbolic link whose target is exactly these bytes (Java would tidy them as a path). */
  public static void symlink(byte[] target, byte[] path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long t = terminated(arena, target).address();
      check(withPath(path, p -> Libc.call(Libc.Call.SYMLINKAT, t, AT_FDCWD, p, 0, 0)), path);
    }
  }

  /** The bytes of a symbolic link's target, just as they are. */
  public static byte[] readLink(byte[] path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(PATH_MAX);
      long length =
          check(
              withPath(
                  path,
                  p -> Libc.call(Libc.Call.READLINKAT, AT_FDCWD, p, target.address(), PATH_MAX, 0)),
              path);
      return target.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  /**
   * Sets the times of a file of any kind, or of a symbolic link itself, without opening it (Java
   * opens it, and waits for ever where it is a FIFO).
   *
   * @param atime nanoseconds since 1970
   * @param mtime nanoseconds since 1970
   */
  public static void setTimes(byte[] path, long atime, long mtime) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment times = arena.allocate(ValueLayout.JAVA_LONG, 4L);
      times.setAtIndex(ValueLayout.JAVA_LONG, 0, Math.floorDiv(atime, SECOND));
      times.setAtIndex(ValueLayout.JAVA_LONG, 1, Math.floorMod(atime, SECOND));
      times.setAtIndex(ValueLayout.JAVA_LONG, 2, Math.floorDiv(mtime, SECOND));
      times.setAtIndex(ValueLayout.JAVA_LONG, 3, Math.floorMod(mtime, SECOND));
      check(
          withPath(
              path,
              p ->
                  Libc.call(
                      Libc.Call.UTIMENSAT, AT_FDCWD, p, times.address(), AT_SYMLINK_NOFOLLOW, 0)),
          path);
    }
  }

  /** Sets an extended attribute of a file, or of a symbolic link itself. */
  public static void setXattr(byte[] path, byte[] name, byte[] value) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long n = terminated(arena, name).address();
      MemorySegment v = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, v, JAVA_BYTE, 0, value.length);
      check(
          withPath(path, p -> Libc.call(Libc.Call.LSETXATTR, p, n, v.address(), value.length, 0)),
          path);
    }
  }

  /** The value of an extended attribute. */
  public static byte[] getXattr(byte[] path, byte[] name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long n = terminated(arena, name).address();
      MemorySegment v = arena.allocate(XATTR_MAX);
      long length =
          check(
              withPath(path, p -> Libc.call(Libc.Call.LGETXATTR, p, n, v.address(), XATTR_MAX, 0)),
              path);
      return v.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  /** Names of a file's extended attributes; none where its filesystem has no such thing. */
  public static List<byte[]> listXattrs(byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(XATTR_MAX);
      long length =
          withPath(path, p -> Libc.call(Libc.Call.LLISTXATTR, p, list.address(), XATTR_MAX, 0, 0));
      List<byte[]> names = new ArrayList<>();
      long start = 0;
      for (long i = 0; i < length; i++) {
        if (list.get(JAVA_BYTE, i) == 0) {
          names.add(list.asSlice(start, i - start).toArray(JAVA_BYTE));
          start = i + 1;
        }
      }
      return names;
    }
  }

  private interface PathCall {
    long call(long path);
  }

  private static long withPath(byte[] path, PathCall call) {
    try (Arena arena = Arena.ofConfined()) {
      return call.call(terminated(arena, path).address());
    }
  }

  private static MemorySegment terminated(Arena arena, byte[] bytes) {
    MemorySegment string = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, string, JAVA_BYTE, 0, bytes.length);
    return string;
  }

  private static long check(long result, byte[] path) throws IOException {
    if (result < 0) {
      throw new FileSystemException(
          new String(path, java.nio.charset.StandardCharsets.UTF_8), null, Errno.name(result));
    }
    return result;
  }
}
