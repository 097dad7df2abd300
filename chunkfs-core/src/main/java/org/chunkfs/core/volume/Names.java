package org.chunkfs.core.volume;

import java.nio.charset.StandardCharsets;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;

/** What names of directory entries may be. */
final class Names {
  private Names() {}

  static boolean isDot(byte[] name) {
    return name.length == 1 && name[0] == '.';
  }

  static boolean isDotDot(byte[] name) {
    return name.length == 2 && name[0] == '.' && name[1] == '.';
  }

  /** Refuses what cannot be the name of an entry, for lookups. */
  static void check(byte[] name) throws FsException {
    if (name.length == 0) {
      throw new FsException(Reason.NOT_FOUND, "the name is empty");
    }
    if (name.length > Vfs.NAME_MAX) {
      throw new FsException(
          Reason.NAME_TOO_LONG,
          "the name has %d bytes, at most %d are possible".formatted(name.length, Vfs.NAME_MAX));
    }
    for (byte b : name) {
      if (b == '/' || b == 0) {
        throw new FsException(Reason.INVALID, "a name has no '/' and no NUL in it");
      }
    }
  }

  /** Refuses what cannot be made, moved or removed. */
  static void checkNew(byte[] name) throws FsException {
    check(name);
    if (isDot(name) || isDotDot(name)) {
      throw new FsException(Reason.INVALID, "'.' and '..' are not names of entries");
    }
  }

  static String show(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  static FsException notFound(byte[] name) {
    return new FsException(Reason.NOT_FOUND, "there is no '" + show(name) + "'");
  }

  static FsException exists(byte[] name) {
    return new FsException(Reason.EXISTS, "'" + show(name) + "' exists");
  }
}
