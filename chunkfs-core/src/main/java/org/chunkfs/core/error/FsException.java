package org.chunkfs.core.error;

/**
 * A request that the filesystem refuses, for the reason that a POSIX call would give; nothing was
 * changed.
 */
public final class FsException extends ChunkFsException {
  private static final long serialVersionUID = 1L;

  /** Why a request was refused; each is one errno of {@code errno(3)} at the mount's edge. */
  public enum Reason {
    NOT_FOUND,
    EXISTS,
    NOT_DIRECTORY,
    IS_DIRECTORY,
    NOT_EMPTY,
    NO_SPACE,
    NAME_TOO_LONG,
    TOO_MANY_LINKS,
    INVALID,
    STALE,
    NO_XATTR,
    RANGE,
    TOO_BIG,
    FILE_TOO_BIG,
    READ_ONLY,
    NOT_PERMITTED,
    BUSY,
    UNSUPPORTED,
    NO_SUCH_OFFSET
  }

  private final Reason reason;

  public FsException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
