package org.chunkfs.cli.fuse;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls of Linux, all through one downcall of {@code syscall(2)}: every function that is
 * linked costs start-up time, so only one is.
 *
 * <p>Every call returns what the kernel returns: a value of at least 0, or the negative errno. They
 * are for x86-64 and AArch64; on anything else {@link #requireSupported} says so.
 */
public final class Libc {
  /** {@code open(2)} flags. */
  static final int O_RDWR = 2, O_CLOEXEC = 0x80000, O_TRUNC = 0x200, O_EXCL = 0x80;

  /** {@code mount(2)} flags. */
  static final int MS_RDONLY = 1,
      MS_NOSUID = 2,
      MS_NODEV = 4,
      MS_NOEXEC = 8,
      MS_SYNCHRONOUS = 16,
      MS_DIRSYNC = 128,
      MS_NOATIME = 1024;

  /** {@code umount2(2)} flags. */
  static final int MNT_FORCE = 1, MNT_DETACH = 2;

  private static final int AT_FDCWD = -100;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int AF_UNIX = 1, SOCK_STREAM = 1, SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1, SCM_RIGHTS = 1, MSG_CMSG_CLOEXEC = 0x40000000;

  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CAPTURED.varHandle(PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  private Libc() {}

  /** Refuses, in one sentence, a system on which none of this works. */
  static void requireSupported() throws MountException {
    if (!supported()) {
      throw new MountException(
          "Mounting needs Linux on x86-64 or AArch64; this is %s on %s."
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
    }
  }

  /** The calls that are used, by their numbers on x86-64 and AArch64 (asm/unistd.h). */
  enum Call {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    OPENAT(257, 56),
    FCNTL(72, 25),
    DUP3(292, 24),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    SOCKETPAIR(53, 199),
    RECVMSG(47, 212),
    STATFS(137, 43),
    GETEUID(107, 175),
    GETEGID(108, 177),
    SETSID(112, 157),
    LSEEK(8, 62),
    MKNODAT(259, 33),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    LSETXATTR(189, 6),
    LGETXATTR(192, 9),
    LLISTXATTR(195, 12),
    UTIMENSAT(280, 88);

    private final int number;

    Call(int x86, int arm) {
      number = ARM ? arm : x86;
    }
  }

  /** The linked function, looked up when the first call needs it. */
  private static final class Linked {
    static final MethodHandle SYSCALL = link();

    private static MethodHandle link() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));
    }
  }

  /** Whether this is a system whose calls these are. */
  static boolean supported() {
    return System.getProperty("os.name").equals("Linux")
        && (ARM || System.getProperty("os.arch").equals("amd64"));
  }

  /** One system call of up to five arguments; returns its value or the negative errno. */
  static long call(Call call, long a, long b, long c, long d, long e) {
    return call(call.number, a, b, c, d, e);
  }

  /** The system call with {@code number}, of up to five arguments. */
  static long call(long number, long a, long b, long c, long d, long e) {
    try {
      MemorySegment capture = CAPTURE.get();
      long result = (long) Linked.SYSCALL.invokeExact(capture, number, a, b, c, d, e);
      return result == -1 ? -(int) ERRNO.get(capture, 0L) : result;
    } catch (RuntimeException | Error t) {
      throw t;
    } catch (Throwable t) {
      throw new IllegalStateException("A downcall threw", t);
    }
  }

  static long read(int fd, MemorySegment buffer) {
    return call(Call.READ, fd, buffer.address(), buffer.byteSize(), 0, 0);
  }

  static long write(int fd, MemorySegment buffer) {
    return call(Call.WRITE, fd, buffer.address(), buffer.byteSize(), 0, 0);
  }

  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          call(Call.OPENAT, AT_FDCWD, arena.allocateFrom(path).address(), flags | O_CLOEXEC, 0, 0);
    }
  }

  static int close(int fd) {
    return (int) call(Call.CLOSE, fd, 0, 0, 0, 0);
  }

  /** Duplicates {@code fd} to a number above 2. */
  static int dup(int fd) {
    return (int) call(Call.FCNTL, fd, F_DUPFD_CLOEXEC, 3, 0, 0);
  }

  /** Makes {@code to} another name for what {@code fd} is; {@code to} is inherited by children. */
  public static int dup2(int fd, int to) {
    return (int) call(Call.DUP3, fd, to, 0, 0, 0);
  }

  static int mount(String source, String target, String type, long flags, String data) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          call(
              Call.MOUNT,
              arena.allocateFrom(source).address(),
              arena.allocateFrom(target).address(),
              arena.allocateFrom(type).address(),
              flags,
              arena.allocateFrom(data).address());
    }
  }

  static int umount(String target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) call(Call.UMOUNT2, arena.allocateFrom(target).address(), flags, 0, 0, 0);
    }
  }

  /** {@code statfs(2)}, its answer thrown away: 0 if the filesystem there answers. */
  static int statfs(String path) {
    try (Arena arena = Arena.ofConfined()) {
      long answer = arena.allocate(256, 8).address();
      return (int) call(Call.STATFS, arena.allocateFrom(path).address(), answer, 0, 0, 0);
    }
  }

  /** Effective user id. */
  public static int euid() {
    return (int) call(Call.GETEUID, 0, 0, 0, 0, 0);
  }

  /** Effective group id. */
  public static int egid() {
    return (int) call(Call.GETEGID, 0, 0, 0, 0, 0);
  }

  /** Leaves the session and terminal of the parent, where this process leads no group. */
  public static void newSession() {
    call(Call.SETSID, 0, 0, 0, 0, 0);
  }

  /** Makes two connected stream sockets; returns 0 or the negative errno. */
  static int socketpair(int[] pair) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fds = arena.allocate(JAVA_INT, 2);
      long r = call(Call.SOCKETPAIR, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.address(), 0);
      pair[0] = fds.get(JAVA_INT, 0);
      pair[1] = fds.get(JAVA_INT, 4);
      return (int) r;
    }
  }

  /**
   * Receives one descriptor that the peer sends with SCM_RIGHTS; the negative errno, or -ENOTCONN
   * where the peer closed without sending one.
   */
  static int receiveDescriptor(int socket) {
    AddressLayout pointer = ValueLayout.ADDRESS;
    try (Arena arena = Arena.ofConfined()) {
      // struct msghdr: name, namelen, iov @16, iovlen, control @32, controllen, flags (64-bit ABI).
      // struct cmsghdr: len, level @8, type @12, and the data @16.
      MemorySegment iovec = arena.allocate(16, 8);
      iovec.set(pointer, 0, arena.allocate(8));
      iovec.set(JAVA_LONG, 8, 1);
      MemorySegment control = arena.allocate(24, 8);
      MemorySegment message = arena.allocate(56, 8);
      message.set(pointer, 16, iovec);
      message.set(JAVA_LONG, 24, 1);
      message.set(pointer, 32, control);
      message.set(JAVA_LONG, 40, control.byteSize());
      long r = call(Call.RECVMSG, socket, message.address(), MSG_CMSG_CLOEXEC, 0, 0);
      if (r < 0) {
        return (int) r;
      }
      boolean descriptor =
          message.get(JAVA_LONG, 40) >= 20
              && control.get(JAVA_INT, 8) == SOL_SOCKET
              && control.get(JAVA_INT, 12) == SCM_RIGHTS;
      return descriptor ? control.get(JAVA_INT, 16) : Errno.ENOTCONN.negative();
    }
  }
}
