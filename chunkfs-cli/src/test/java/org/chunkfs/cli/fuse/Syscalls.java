package org.chunkfs.cli.fuse;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** System calls that only tests make, where java.nio has no way to ask for them. */
final class Syscalls {
  static final int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_APPEND = 0x400;
  static final int O_DIRECTORY = Arch.ARM ? 0x4000 : 0x10000, O_TMPFILE = 0x400000 | O_DIRECTORY;
  static final int RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2, RENAME_WHITEOUT = 4;
  static final int FALLOC_KEEP_SIZE = 1,
      FALLOC_PUNCH_HOLE = 2,
      FALLOC_COLLAPSE = 8,
      FALLOC_ZERO_RANGE = 16;
  static final int SEEK_DATA = 3, SEEK_HOLE = 4;
  static final long UTIME_NOW = (1L << 30) - 1, UTIME_OMIT = (1L << 30) - 2;

  private static final int AT_FDCWD = -100;

  private Syscalls() {}

  private static final class Arch {
    static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private Arch() {}
  }

  private static int number(int x86, int arm) {
    return Arch.ARM ? arm : x86;
  }

  static int open(Path path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path.toString()).address();
      return (int) Libc.call(number(257, 56), AT_FDCWD, name, flags | Libc.O_CLOEXEC, mode, 0);
    }
  }

  static long pwrite(int fd, byte[] bytes, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_BYTE, bytes);
      return Libc.call(number(18, 68), fd, data.address(), bytes.length, offset, 0);
    }
  }

  static int rename(Path from, Path to, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long fromName = arena.allocateFrom(from.toString()).address();
      long toName = arena.allocateFrom(to.toString()).address();
      return (int) Libc.call(number(316, 276), AT_FDCWD, fromName, AT_FDCWD, toName, flags);
    }
  }

  static int fallocate(int fd, int mode, long offset, long length) {
    return (int) Libc.call(number(285, 47), fd, mode, offset, length, 0);
  }

  static long lseek(int fd, long offset, int whence) {
    return Libc.call(number(8, 62), fd, offset, whence, 0, 0);
  }

  static int fsync(int fd) {
    return (int) Libc.call(number(74, 82), fd, 0, 0, 0, 0);
  }

  static int utimens(Path path, long atime, long atimeNanos, long mtime, long mtimeNanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment times = arena.allocateFrom(JAVA_LONG, atime, atimeNanos, mtime, mtimeNanos);
      long name = arena.allocateFrom(path.toString()).address();
      return (int) Libc.call(number(280, 88), AT_FDCWD, name, times.address(), 0, 0);
    }
  }
}
