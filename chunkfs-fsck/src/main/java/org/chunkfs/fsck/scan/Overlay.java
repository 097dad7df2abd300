package org.chunkfs.fsck.scan;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What the kept records of a journal make of the blocks they touch: the blocks as recovery would
 * leave them.
 *
 * <p>Tests: entries name blocks that commits may change, and no difference comes before an image. A
 * difference is never applied to the copy in place.
 */
public final class Overlay {
  private final ChunkGeometry geometry;
  private final Map<Integer, byte[]> built = new HashMap<>();
  private final BitSet unbuilt = new BitSet();
  private boolean gap;

  private Overlay(ChunkGeometry geometry) {
    this.geometry = geometry;
  }

  static Overlay empty(ChunkGeometry geometry) {
    return new Overlay(geometry);
  }

  static Overlay of(List<RingRecord> kept, ChunkGeometry geometry, Findings findings) {
    Overlay overlay = new Overlay(geometry);
    for (RingRecord record : kept) {
      if (record.type() == JournalRecord.COMMIT) {
        overlay.apply(record, findings);
      }
    }
    return overlay;
  }

  /**
   * Adds records from behind a gap, as far as they can be believed without those that are missing;
   * see {@link GapSalvage}.
   */
  void addAfterGap(List<RingRecord> records, ChunkReader reader) {
    gap = true;
    new GapSalvage(reader, built).add(records);
  }

  /** Whether records are missing, so that the blocks may be older than they should be. */
  boolean gap() {
    return gap;
  }

  private void apply(RingRecord record, Findings findings) {
    try {
      record.forEachRedo((block, image, redo) -> {
        if (!geometry.inTable(block) && !geometry.inBody(block)) {
          findings.add(
              Problem.JOURNAL_ENTRY,
              Long.toHexString(record.g()),
              "it changes block " + block + ", which is neither table nor body");
          return;
        }
        byte[] target = image ? new byte[BlockHeader.BLOCK] : built.get(block);
        if (target == null) {
          if (!unbuilt.get(block)) {
            findings.add(
                Problem.JOURNAL_ENTRY,
                Long.toHexString(record.g()),
                "a difference of block " + block + " without an image before it");
          }
          unbuilt.set(block);
          return;
        }
        redo.applyTo(target);
        built.put(block, target);
        unbuilt.clear(block);
      });
    } catch (CorruptException e) {
      findings.add(Problem.JOURNAL_ENTRY, Long.toHexString(record.g()), e.getMessage());
    }
  }

  /** The block's bytes after the last record; null where the journal does not make them. */
  public byte @Nullable [] get(int block) {
    return built.get(block);
  }

  /** Blocks that have a record but cannot be made: their current content is lost. */
  public boolean lost(int block) {
    return unbuilt.get(block);
  }

  /** Whether there is any such block. */
  public boolean anyLost() {
    return !unbuilt.isEmpty();
  }

  public boolean isEmpty() {
    return built.isEmpty();
  }
}
