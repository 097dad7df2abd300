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
  private final int chunk;

  public FsException(Reason reason, String message) {
    this(reason, -1, message);
  }

  private FsException(Reason reason, int chunk, String message) {
    super(message);
    this.reason = reason;
    this.chunk = chunk;
  }

  /** NO_SPACE in one chunk; others may have some. */
  public static FsException noSpace(int chunk, String message) {
    return new FsException(Reason.NO_SPACE, chunk, message);
  }

  /** NO_SPACE: the chunk that has none, or -1 if it is the whole image or the host. */
  public int chunk() {
    return chunk;
  }

  public Reason reason() {
    return reason;
  }
}
