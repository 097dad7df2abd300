package org.chunkfs.fsck;

/** What fsck tells its caller through the exit code: bits, with the meanings of fsck(8). */
public enum ExitCode {
  CLEAN(0),
  CORRECTED(1),
  REBOOT_NEEDED(2),
  UNCORRECTED(4),
  OPERATIONAL_ERROR(8),
  USAGE_ERROR(16),
  CANCELLED(32);

  private final int bit;

  ExitCode(int bit) {
    this.bit = bit;
  }

  /** Returns the bit to set in the process's exit code; 0 for {@link #CLEAN}. */
  public int bit() {
    return bit;
  }
}
