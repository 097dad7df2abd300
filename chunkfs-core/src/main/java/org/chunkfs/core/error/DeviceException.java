package org.chunkfs.core.error;

/**
 * A block device could not be opened, read, written or flushed. The message names the file or
 * device, and for input and output the operation, the position and the length.
 */
public class DeviceException extends ChunkFsException {
  private static final long serialVersionUID = 1L;

  /** A failure that the library found itself. */
  public DeviceException(String message) {
    super(message);
  }

  /** A failure that the host reported. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
