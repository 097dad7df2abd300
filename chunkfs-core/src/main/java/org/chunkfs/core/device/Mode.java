package org.chunkfs.core.device;

/** How a file or device is opened. */
public enum Mode {
  /**
   * For reading only. Takes no lock: an image that is in use can be looked at, and what is seen may
   * change between two reads.
   */
  READ_ONLY,

  /** For reading and writing, alone: the file is locked against every other writer. */
  READ_WRITE
}
