package org.chunkfs.core.error;

/**
 * The image as a whole cannot be used: not a chunkfs image, of a newer format, of other members,
 * too damaged to start.
 */
public final class ImageException extends ChunkFsException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the image. */
  public enum Kind {
    NOT_AN_IMAGE,
    NEWER_FORMAT,
    WRONG_MEMBERS,
    TOO_SMALL,
    DAMAGED
  }

  private final Kind kind;

  public ImageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
