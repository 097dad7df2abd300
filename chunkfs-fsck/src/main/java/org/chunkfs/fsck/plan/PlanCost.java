package org.chunkfs.fsck.plan;

/**
 * What carrying out a plan costs.
 *
 * @param bytesRead bytes that checks and repairs read, several times where several rounds do
 * @param bytesWritten bytes written, journal included
 * @param blocks blocks that change, each counted once
 * @param writes single writes
 * @param flushes times the devices are flushed
 * @param undoBytes about how large an undo file gets, at most
 */
public record PlanCost(
    long bytesRead, long bytesWritten, long blocks, long writes, long flushes, long undoBytes) {

  /** In words. */
  public String text() {
    return "reads %d bytes, writes %d bytes in %d writes and %d flushes, changes %d blocks; an undo"
            .formatted(bytesRead, bytesWritten, writes, flushes, blocks)
        + " file takes at most %d bytes".formatted(undoBytes);
  }
}
