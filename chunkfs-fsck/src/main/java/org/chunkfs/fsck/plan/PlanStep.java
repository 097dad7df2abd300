package org.chunkfs.fsck.plan;

/**
 * What a plan does to one chunk, or to what belongs to the image as a whole.
 *
 * @param chunk the chunk; -1: superblocks and ring maps
 * @param newStart whether its headers are written without its journal: a new start
 * @param headers blocks of headers, table roots and volume records that are written
 * @param journal blocks of its journal
 * @param table blocks of its block table
 * @param body blocks of inodes, trees and counters
 */
public record PlanStep(int chunk, boolean newStart, int headers, int journal, int table, int body) {

  /** In words. */
  public String text() {
    if (chunk < 0) {
      return "rewrite %d blocks of superblocks and ring maps".formatted(headers);
    }
    String parts =
        "%d of headers, roots and volume records, %d of its journal, %d of its table, %d of metadata"
            .formatted(headers, journal, table, body);
    String how =
        body + table == 0
            ? "rewrite records"
            : newStart
                ? "rewrite in place and start its journal anew"
                : "repair through its journal";
    return "chunk %d: %s: blocks: %s".formatted(chunk, how, parts);
  }
}
