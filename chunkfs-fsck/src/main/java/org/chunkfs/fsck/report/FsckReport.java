package org.chunkfs.fsck.report;

import java.util.List;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Severity;

/**
 * What a check or a repair came to.
 *
 * @param findings what the (first) check found
 * @param notes how many findings are notes; kept in {@code findings} or not
 * @param warnings how many are warnings
 * @param errors how many are errors
 * @param repairs what was changed, or would be, in words
 * @param repaired whether anything was written
 * @param remaining what the last check after repairs still found; empty after a mere check
 * @param losses file content that is gone
 * @param chunks how many chunks were looked at
 * @param chunksUsed how many of them are in use
 * @param inodes inodes in use
 * @param blocks blocks that files and metadata can use
 * @param blocksUsed how many of them are in use
 */
public record FsckReport(
    List<Finding> findings,
    int notes,
    int warnings,
    int errors,
    List<String> repairs,
    boolean repaired,
    List<Finding> remaining,
    List<Lost> losses,
    int chunks,
    int chunksUsed,
    long inodes,
    long blocks,
    long blocksUsed) {

  /**
   * A range of a file whose content is gone.
   *
   * @param path where the file is, as far as it is known
   * @param offset first byte
   * @param length number of bytes
   */
  public record Lost(String path, long inode, long offset, long length) {}

  /** Nothing is wrong, or everything that was has been repaired. */
  public boolean clean() {
    return warnings + errors == 0 || repaired && wrong(remaining) == 0;
  }

  private static long wrong(List<Finding> findings) {
    return findings.stream().filter(f -> f.problem().severity() != Severity.NOTE).count();
  }

  /** The last line, as e2fsck has it. */
  public String summary(String image) {
    String blocksText = "%d/%d blocks".formatted(blocksUsed, blocks);
    String state =
        clean()
            ? repaired ? "repaired" : "clean"
            : "%d errors, %d warnings"
                .formatted(repaired ? wrong(remaining) : errors, repaired ? 0 : warnings);
    return "%s: %s, %d inodes, %s, %d/%d chunks in use"
        .formatted(image, state, inodes, blocksText, chunksUsed, chunks);
  }
}
