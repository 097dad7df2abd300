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
 * @param losses what users lost by damage and repair, or will find elsewhere; after a mere check
 *     only file content whose checksum is wrong
 * @param chunks how many chunks were looked at
 * @param chunksUsed how many of them are in use
 * @param inodes inodes in use
 * @param blocks blocks that files and metadata can use
 * @param blocksUsed how many of them are in use
 * @param map the chunks, one by one, as they are at the end
 */
public record FsckReport(
    List<Finding> findings,
    int notes,
    int warnings,
    int errors,
    List<String> repairs,
    boolean repaired,
    List<Finding> remaining,
    List<Loss> losses,
    int chunks,
    int chunksUsed,
    long inodes,
    long blocks,
    long blocksUsed,
    List<ChunkLine> map) {

  /** What the matter is with a chunk. */
  public enum Condition {
    /** Never used. */
    UNUSED,
    SOUND,
    /** It was found sound before, has not changed since, and was not looked into. */
    SKIPPED,
    /** It was damaged and is not any more. */
    REPAIRED,
    /** Something redundant is lost or wrong. */
    WARNING,
    DAMAGED,
    /** It cannot be read, or was not looked at. */
    UNKNOWN;

    /** As reports spell it. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * One chunk.
   *
   * @param findings how many findings it had, notes not counted
   * @param remaining how many it has now
   */
  public record ChunkLine(
      int chunk, Condition condition, long blocks, long blocksUsed, int findings, int remaining) {}

  /** Nothing is wrong, or everything that was has been repaired. */
  public boolean clean() {
    return warnings + errors == 0 || repaired && wrong(remaining) == 0;
  }

  private static long wrong(List<Finding> findings) {
    return count(findings, Severity.ERROR) + count(findings, Severity.WARNING);
  }

  private static long count(List<Finding> findings, Severity severity) {
    return findings.stream().filter(f -> f.problem().severity() == severity).count();
  }

  /** How many chunks were not looked into, since they had been found sound. */
  public long skipped() {
    return map.stream().filter(line -> line.condition() == Condition.SKIPPED).count();
  }

  /** The last line, as e2fsck has it. */
  public String summary(String image) {
    String blocksText = "%d/%d blocks".formatted(blocksUsed, blocks);
    String state =
        clean()
            ? repaired ? "repaired" : "clean"
            : "%d errors, %d warnings"
                .formatted(
                    repaired ? count(remaining, Severity.ERROR) : errors,
                    repaired ? count(remaining, Severity.WARNING) : warnings);
    return "%s: %s, %d inodes, %s, %d/%d chunks in use"
        .formatted(image, state, inodes, blocksText, chunksUsed, chunks);
  }
}
