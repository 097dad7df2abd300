package org.chunkfs.core.error;

/**
 * A file or device is in use by another process, or already open for writing in this one. Also
 * thrown when the lock on it was lost to another process while it was open: nothing more may be
 * written through that device.
 */
public final class DeviceBusyException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** An exception that the library found the reason for itself. */
  public DeviceBusyException(String message) {
    super(message);
  }

  /** An exception with what the host reported. */
  public DeviceBusyException(String message, Throwable cause) {
    super(message, cause);
  }
}
