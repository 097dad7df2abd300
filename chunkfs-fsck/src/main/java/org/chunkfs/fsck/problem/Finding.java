package org.chunkfs.fsck.problem;

import org.chunkfs.core.format.Ino;

/**
 * One problem at one place.
 *
 * @param chunk logical id, -1: the image
 * @param block block within the chunk, -1: none
 * @param inode inode number, -1: none
 * @param message what was found and expected
 */
public record Finding(Problem problem, int chunk, int block, long inode, String message) {

  /**
   * Whether something is wrong that a repair can do something about; not if a member is missing.
   */
  public boolean repairable() {
    return problem.severity() != Severity.NOTE && problem != Problem.MEMBER_MISSING;
  }

  /** Where it is, in words. */
  public String place() {
    StringBuilder place = new StringBuilder(chunk < 0 ? "image" : "chunk " + chunk);
    if (block >= 0) {
      place.append(" block ").append(block);
    }
    if (inode >= 0) {
      place.append(" inode ").append(Ino.show(inode));
    }
    return place.toString();
  }

  @Override
  public String toString() {
    return "[%d] %s: %s".formatted(problem.number(), place(), message);
  }
}
