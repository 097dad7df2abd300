package org.chunkfs.core.error;

/**
 * The host has no room (or quota) left for the blocks of a sparse image. What was asked to be
 * written may be there in part; reading, flushing and rewriting blocks that exist go on working.
 */
public final class DeviceFullException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** An exception that the library found the reason for itself. */
  public DeviceFullException(String message) {
    super(message);
  }

  /** An exception with what the host reported. */
  public DeviceFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
