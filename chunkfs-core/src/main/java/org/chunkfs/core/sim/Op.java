package org.chunkfs.core.sim;

import java.util.Locale;

/**
 * One step of a workload, in a form that can be printed and read again: {@code rename /a/b /c 2 0}.
 *
 * <p>Paths are of ASCII names; {@code x~200} stands for the name {@code x} filled up with {@code ~}
 * to 200 bytes. {@code -} stands for no path.
 *
 * @param path what it is about, or {@code -}
 * @param to second path, or a name of an attribute, or {@code -}
 * @param a first number, as the kind says
 * @param b second number
 */
public record Op(Kind kind, String path, String to, long a, long b) {
  /** What is done. */
  public enum Kind {
    /** With content, {@code a}: length * 256 + seed; {@code b}: owner. */
    CREATE,
    MKDIR,
    /** Target of {@code a} bytes. */
    SYMLINK,
    /** {@code a}: mode with type. */
    MKNOD,
    /** {@code path} gets the name {@code to} too. */
    LINK,
    UNLINK,
    RMDIR,
    /** {@code a}: ordinal of the mode. */
    RENAME,
    /** {@code a}: mode. */
    CHMOD,
    /** {@code a}: user, {@code b}: group. */
    CHOWN,
    /** {@code a}: size, {@code b}: mode; both in one call. */
    SETATTR,
    /** {@code to}: name, {@code a}: length of the value, {@code b}: mode * 1000 + seed. */
    SETXATTR,
    GETXATTR,
    REMOVEXATTR,
    STAT,
    LIST,
    /** Holds the inode in slot {@code a}. */
    OPEN,
    /** Lets go of slot {@code a}. */
    RELEASE,
    /** Attributes of what slot {@code a} holds. */
    STATHELD,
    /** {@code a}: offset, {@code b}: length * 256 + seed. */
    WRITE,
    READ,
    /** The same of what slot {@code to} holds. */
    WRITEHELD,
    READHELD,
    /** {@code a}: size. */
    TRUNCATE,
    /** {@code to}: ordinal of the mode, {@code a}: offset, {@code b}: length. */
    FALLOCATE,
    /** {@code a}: offset, {@code b}: 1 for a hole. */
    SEEK,
    /** Makes {@code path} durable, with all that was done before. */
    FSYNC,
    /** The same of its content only, by the name of the call. */
    FDATASYNC,
    /** Makes everything durable. */
    SYNC,
    /** The process dies and the image is opened again. */
    KILL,
    /** The image is closed and opened again. */
    REOPEN,
    /** Chunk {@code a} crashes. */
    CRASH,
    /** Chunk {@code a} is brought back. */
    ONLINE,
    /** What all journals hold is put in its place, and they are emptied. */
    CHECKPOINT;

    /** Whether it is about the image, and no call of the filesystem. */
    public boolean isEvent() {
      return ordinal() >= SYNC.ordinal();
    }

    /** Whether it changes nothing but what is durable. */
    boolean isSync() {
      return this == FSYNC || this == FDATASYNC || this == SYNC;
    }
  }

  /** No path. */
  public static final String NONE = "-";

  static Op event(Kind kind, long a) {
    return new Op(kind, NONE, NONE, a, 0);
  }

  /** Reads what {@link #toString} wrote. */
  public static Op parse(String line) {
    String[] words = line.trim().split(" ", -1);
    if (words.length != 5) {
      throw new IllegalArgumentException("a step has 5 words: " + line);
    }
    return new Op(
        Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
        words[1],
        words[2],
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + path + " " + to + " " + a + " " + b;
  }
}
