package org.chunkfs.fsck.problem;

/** How bad a problem is. */
public enum Severity {
  /**
   * Nothing is wrong, but it is worth saying: an interrupted write, something that cannot be asked.
   */
  NOTE,
  /** Redundant information is lost or wrong; nothing that a user stored is. */
  WARNING,
  /** Structure or content is damaged. */
  ERROR
}
