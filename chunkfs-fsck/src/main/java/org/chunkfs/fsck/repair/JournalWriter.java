package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Checkpoint;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkReader;
import org.jspecify.annotations.Nullable;

/**
 * Applies a chunk's repaired blocks through its journal, and checkpoints.
 *
 * <p>What fits in an eighth of the ring is one commit. More goes in an order in which any prefix
 * can be repaired again: first the table with all new entries and still all old ones, and the new
 * tree pages; then inodes, which switch to them; then the table as it is to be.
 */
final class JournalWriter {
  /** The chunk serves nobody, and nobody waits. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int PER_BLOCK = BlockHeader.BLOCK + 128;

  private final Chunk chunk;
  private final ChunkGeometry geometry;
  private final RepairHistory history;
  private final int budget;

  private JournalWriter(Chunk chunk, RepairHistory history) {
    this.chunk = chunk;
    this.geometry = chunk.geometry();
    this.history = history;
    this.budget = geometry.ringBlocks() * BlockHeader.BLOCK / 8 / PER_BLOCK;
  }

  /**
   * Writes the changes; on return they are in place and durable, and the journal holds nothing but,
   * perhaps, checksums of what was put in place last.
   */
  static void write(
      ChunkReader reader,
      RingScanner.Scan kept,
      BlockTable before,
      Map<Integer, byte[]> changes,
      RepairHistory history)
      throws IOException {
    ImageLayout layout = reader.layout();
    ChunkGeometry geometry = reader.geometry();
    ChunkIo io =
        new ChunkIo(
            reader.device(), reader.chunk(), layout.base(reader.chunk()), geometry.blocks());
    HeaderCopies headers = HeaderCopies.read(io, geometry, layout.uuid());
    Chunk chunk = Chunk.recover(layout.uuid(), geometry, io, headers, kept, new LongAdder());
    RingMap rings = RingMap.read(reader.device(), layout, PATIENCE);
    rings.mark(chunk.id()); // who opens the image after a cut must look into the ring
    new JournalWriter(chunk, history).all(changes, before);
    if (chunk.ring().usedBytes() == 0) {
      rings.unmark(chunk.id());
    }
  }

  /** Whether the engine would take the header that the repair goes by. */
  static boolean agrees(ChunkReader reader, byte @Nullable [] header) throws IOException {
    ImageLayout layout = reader.layout();
    ChunkGeometry geometry = reader.geometry();
    ChunkIo io =
        new ChunkIo(
            reader.device(), reader.chunk(), layout.base(reader.chunk()), geometry.blocks());
    try {
      return Arrays.equals(header, HeaderCopies.read(io, geometry, layout.uuid()).header());
    } catch (CorruptException e) {
      return false;
    }
  }

  private void all(Map<Integer, byte[]> changes, BlockTable before) throws IOException {
    if (changes.size() <= budget) {
      commit(changes);
    } else {
      steps(changes, before);
    }
    checkpoint();
    // The second one leaves both header copies, and both table roots, as new.
    commit(Map.of(geometry.stateBlock(), read(geometry.stateBlock())));
    checkpoint();
  }

  private byte[] read(int block) throws IOException {
    byte[] bytes = new byte[BlockHeader.BLOCK];
    chunk.io().read(block, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void steps(Map<Integer, byte[]> changes, BlockTable before) throws IOException {
    TreeMap<Integer, byte[]> tables = new TreeMap<>();
    TreeMap<Integer, byte[]> pages = new TreeMap<>();
    TreeMap<Integer, byte[]> rest = new TreeMap<>();
    TreeMap<Integer, byte[]> both = new TreeMap<>();
    changes.forEach((block, bytes) -> {
      if (geometry.inTable(block)) {
        tables.put(block, bytes);
        both.put(block, union(before.block(block - geometry.tableStart()), bytes));
      } else if (Bytes.u16(bytes, 4) == BlockKind.TREE.code()) {
        pages.put(block, bytes);
      } else {
        rest.put(block, bytes);
      }
    });
    for (Map<Integer, byte[]> step : List.of(both, pages, rest, tables)) {
      TreeMap<Integer, byte[]> batch = new TreeMap<>();
      for (Map.Entry<Integer, byte[]> e : step.entrySet()) {
        batch.put(e.getKey(), e.getValue());
        if (batch.size() == budget) {
          commit(batch);
          batch.clear();
        }
      }
      commit(batch);
    }
  }

  /** The new table block, with the old entries where it has none. */
  private static byte[] union(byte[] old, byte[] now) {
    byte[] both = now.clone();
    for (int i = 0; i < TableEntry.PER_BLOCK; i++) {
      int at = TableEntry.offset(i);
      if (Bytes.zero(now, at, at + TableEntry.SIZE)) {
        System.arraycopy(old, at, both, at, TableEntry.SIZE);
      }
    }
    return both;
  }

  private void commit(Map<Integer, byte[]> blocks) throws IOException {
    if (blocks.isEmpty()) {
      return;
    }
    int most = 256 + blocks.size() * PER_BLOCK;
    if (!chunk.ring().fits(most, false)) {
      checkpoint();
    }
    ChunkTx tx = new ChunkTx(chunk, false);
    blocks.forEach(tx::overwrite);
    tx.prepare();
    long g = history.take();
    tx.append(g, new int[] {chunk.id()}, 1);
    history.written(g);
    tx.publish(g);
  }

  private void checkpoint() throws IOException {
    new Checkpoint(chunk, history, history, Long.MAX_VALUE).run();
  }

  /** True if two table blocks say the same of every block. */
  static boolean sameEntries(byte[] one, byte[] two) {
    return Arrays.equals(
        one, BlockHeader.SIZE, BlockHeader.BLOCK, two, BlockHeader.SIZE, BlockHeader.BLOCK);
  }
}
