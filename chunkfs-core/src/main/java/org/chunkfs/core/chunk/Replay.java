package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>The block table comes first, as of the end: an image of a block that is free or data by then
 * is not brought back, since its place may hold somebody's data. Differences are applied only to
 * what the ring itself built, never to the copy in place.
 */
final class Replay {
  private final Chunk chunk;
  private final ChunkGeometry geometry;
  private final Map<Integer, byte[]> built = new HashMap<>();

  Replay(Chunk chunk) {
    this.chunk = chunk;
    this.geometry = chunk.geometry();
  }

  void run(List<RingRecord> kept) throws IOException {
    apply(kept, true);
    apply(kept, false);
    for (Map.Entry<Integer, byte[]> e : built.entrySet()) {
      int block = e.getKey();
      if (geometry.inTable(block)) {
        chunk.replayed(block, e.getValue());
      }
    }
    for (Map.Entry<Integer, byte[]> e : built.entrySet()) {
      int block = e.getKey();
      if (!geometry.inTable(block) && isMetadata(block)) {
        chunk.replayed(block, e.getValue());
      }
    }
  }

  private boolean isMetadata(int block) throws IOException {
    int table = geometry.tableBlock(block);
    chunk.load(table, Long.MAX_VALUE);
    BlockKind kind = BlockKind.of(TableEntry.KIND.get(chunk.get(table), TableEntry.offset(block)));
    return kind == BlockKind.CHUNK_STATE || kind == BlockKind.INODES || kind == BlockKind.TREE;
  }

  private void apply(List<RingRecord> kept, boolean tables) throws IOException {
    for (RingRecord record : kept) {
      if (record.type() != JournalRecord.COMMIT) {
        continue;
      }
      record.forEachRedo((block, image, redo) -> {
        if (!geometry.inTable(block) && !geometry.inBody(block)) {
          throw bad(record, block, "is not one that commits change");
        }
        if (geometry.inTable(block) != tables) {
          return;
        }
        byte[] target = image ? new byte[BlockHeader.BLOCK] : built.get(block);
        if (target == null) {
          throw bad(record, block, "has a difference without an image before it");
        }
        redo.applyTo(target);
        built.put(block, target);
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
