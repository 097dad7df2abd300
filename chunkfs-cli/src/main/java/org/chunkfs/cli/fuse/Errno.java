package org.chunkfs.cli.fuse;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.FsException;

/**
 * The error numbers of Linux that are used here, and the one place that turns an exception into
 * one.
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  E2BIG(7),
  EAGAIN(11),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  EFBIG(27),
  ENOSPC(28),
  EROFS(30),
  EMLINK(31),
  ERANGE(34),
  ENAMETOOLONG(36),
  ENOSYS(38),
  ENOTEMPTY(39),
  ENODATA(61),
  EPROTO(71),
  ENXIO(6),
  EOPNOTSUPP(95),
  ECONNABORTED(103),
  ENOTCONN(107),
  ESTALE(116);

  private static final Map<Integer, Errno> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(e -> e.number, e -> e));

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The value as the kernel and {@link Libc} return it: below zero. */
  int negative() {
    return -number;
  }

  /** Whether {@code result}, as {@link Libc} returned it, is this error. */
  boolean is(long result) {
    return result == -number;
  }

  /** How to name an error that {@link Libc} returned in a message. */
  static String name(long result) {
    Errno errno = BY_NUMBER.get((int) -result);
    return errno == null ? "error " + -result : errno.name();
  }

  /**
   * The errno that a caller of the mount sees for an exception of the volume. A chunk out of
   * service and a missed deadline are EIO: applications know that one, and few know ETIMEDOUT from
   * a file.
   */
  static Errno of(Throwable thrown) {
    return switch (thrown) {
      case FsException refused -> of(refused.reason());
      case DeviceFullException _ -> ENOSPC;
      default -> EIO;
    };
  }

  static Errno of(FsException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> ENOENT;
      case EXISTS -> EEXIST;
      case NOT_DIRECTORY -> ENOTDIR;
      case IS_DIRECTORY -> EISDIR;
      case NOT_EMPTY -> ENOTEMPTY;
      case NO_SPACE -> ENOSPC;
      case NAME_TOO_LONG -> ENAMETOOLONG;
      case TOO_MANY_LINKS -> EMLINK;
      case INVALID -> EINVAL;
      case STALE -> ESTALE;
      case NO_XATTR -> ENODATA;
      case RANGE -> ERANGE;
      case TOO_BIG -> E2BIG;
      case FILE_TOO_BIG -> EFBIG;
      case READ_ONLY -> EROFS;
      case NOT_PERMITTED -> EPERM;
      case BUSY -> EBUSY;
      case UNSUPPORTED -> EOPNOTSUPP;
      case NO_SUCH_OFFSET -> ENXIO;
    };
  }
}
