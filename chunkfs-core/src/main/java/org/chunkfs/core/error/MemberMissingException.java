package org.chunkfs.core.error;

/**
 * Bytes were asked for that lie in a member of the image which is not there, or which is shorter
 * than the image says. The other members go on working.
 */
public final class MemberMissingException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** An exception that the library found the reason for itself. */
  public MemberMissingException(String message) {
    super(message);
  }

  /** An exception with what the host reported. */
  public MemberMissingException(String message, Throwable cause) {
    super(message, cause);
  }
}
