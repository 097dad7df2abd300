package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RingRecord;
import org.jspecify.annotations.Nullable;

/**
 * Brings a chunk's cache to the state after the last record kept.
 *
 * <p>The block table counts as of the end: an image of a block that is free or data by then is not
 * brought back, since its place may hold somebody's data. Differences are applied only to what the
 * ring itself built, never to the copy in place.
 */
final class Replay {
  private final Chunk chunk;
  private final ChunkGeometry geometry;

  /** What the ring made of each block, by number; null where it says nothing of it. */
  private final byte[] @Nullable [] built;

  Replay(Chunk chunk) {
    this.chunk = chunk;
    this.geometry = chunk.geometry();
    this.built = new byte[geometry.blocks()][];
  }

  void run(List<RingRecord> kept) throws IOException {
    if (kept.isEmpty()) {
      return;
    }
    apply(kept);
    for (int i = 0; i < geometry.tableBlocks(); i++) {
      byte[] table = built[geometry.tableStart() + i];
      if (table != null) {
        chunk.replayed(geometry.tableStart() + i, table);
      }
    }
    for (int block = geometry.bodyStart(); block < geometry.bodyEnd(); block++) {
      byte[] body = built[block];
      if (body != null && isMetadata(block)) {
        chunk.replayed(block, body);
      }
    }
  }

  private boolean isMetadata(int block) throws IOException {
    int table = geometry.tableBlock(block);
    chunk.load(table, Long.MAX_VALUE);
    BlockKind kind = BlockKind.of(TableEntry.KIND.get(chunk.get(table), TableEntry.offset(block)));
    return kind == BlockKind.CHUNK_STATE || kind == BlockKind.INODES || kind == BlockKind.TREE;
  }

  private void apply(List<RingRecord> kept) throws IOException {
    for (RingRecord record : kept) {
      if (record.type() != JournalRecord.COMMIT) {
        continue;
      }
      record.forEachRedo((block, image, redo) -> {
        if (!geometry.inTable(block) && !geometry.inBody(block)) {
          throw bad(record, block, "is not one that commits change");
        }
        byte[] target = built[block];
        if (target == null && image) {
          target = new byte[BlockHeader.BLOCK];
          built[block] = target;
        }
        if (target == null) {
          throw bad(record, block, "has a difference without an image before it");
        }
        redo.applyTo(target);
      });
    }
  }

  private CorruptException bad(RingRecord record, int block, @Nullable String what) {
    return new CorruptException(
        chunk.id(),
        block,
        "chunk %d: journal record %x at %d: block %d %s"
            .formatted(chunk.id(), record.g(), record.position(), block, what));
  }
}
