package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.TableEntry;

/**
 * Moves a chunk's changes from the ring to their places, so that the ring's tail can move. Fuzzy:
 * commits go on meanwhile.
 *
 * <p>Order: records stable; blocks in place; their CRCs logged; flush; table blocks as of that log
 * and the other root slot; flush; the other header; flush; only then is ring space reused. One at a
 * time for each chunk.
 */
public final class Checkpoint {
  private static final int GATHER = 64;
  private static final int TABLES_PER_COMMIT = 32;

  private record Shot(int block, CachedBlock content) {}

  private final Chunk chunk;
  private final ChunkGeometry geometry;
  private final Numbers numbers;
  private final Stability stability;
  private final long deadline;
  private final ByteBuffer gather = ByteBuffer.allocateDirect(GATHER * BlockHeader.BLOCK);

  /**
   * @param deadline for each wait for the chunk's lock
   */
  public Checkpoint(Chunk chunk, Numbers numbers, Stability stability, long deadline) {
    this.chunk = chunk;
    this.geometry = chunk.geometry();
    this.numbers = numbers;
    this.stability = stability;
    this.deadline = deadline;
  }

  /** Runs it; false if the ring was empty and nothing was done. */
  public boolean run() throws IOException {
    return run(false);
  }

  /**
   * Runs it, also with an empty ring if {@code always}: then what the chunk consists of outside its
   * body is written anew.
   */
  public boolean run(boolean always) throws IOException {
    List<Shot> bodies = new ArrayList<>();
    long redoPoint;
    long redoG;
    chunk.lock().lockWrite(deadline);
    try {
      if (!always && chunk.ring().usedBytes() == 0) {
        return false;
      }
      redoPoint = chunk.ring().head();
      redoG = chunk.ring().lastG();
      chunk.nextPeriod();
      BitSet writing = new BitSet();
      chunk
          .cache()
          .forEachDirty((block, content) -> {
            if (!geometry.inTable(block)) {
              bodies.add(new Shot(block, content));
              writing.set(block);
            }
          });
      chunk.freed().writing(writing);
    } finally {
      chunk.lock().unlockWrite();
    }
    try {
      stability.settle(redoG);
      write(bodies);
      List<Shot> tables = new ArrayList<>();
      long loggedG = logCrcs(bodies, tables);
      stability.settle(loggedG);
      int[] crcs = chunk.rootCrcs().clone();
      write(tables);
      for (Shot shot : tables) {
        crcs[shot.block - geometry.tableStart()] = Chunk.tableCrc(shot.content.data);
      }
      chunk.headers().writeOtherRoot(crcs);
      stability.flush();
      long stable = stability.stable();
      chunk.headers().writeOtherHeader(crcs, header -> fill(header, redoPoint, redoG, stable));
      stability.named(stable);
      stability.flush();
      finish(bodies, tables, crcs, redoPoint);
    } finally {
      chunk.freed().writing(null);
      chunk.release(stability.flushedStable());
    }
    return true;
  }

  private void fill(byte[] header, long redoPoint, long redoG, long stable) {
    ChunkHeader.TAIL.set(header, 0, redoPoint);
    ChunkHeader.BASE_G.set(header, 0, redoG);
    ChunkHeader.TAIL_PREV_G.set(header, 0, redoG);
    ChunkHeader.STABLE_G.set(header, 0, stable);
    CachedBlock state = chunk.cache().get(geometry.stateBlock());
    if (state != null) {
      ChunkHeader.FREE_BLOCKS.set(header, 0, ChunkStateBlock.FREE_BLOCKS.get(state.data, 0));
      ChunkHeader.INODES.set(header, 0, ChunkStateBlock.INODES.get(state.data, 0));
    }
  }

  /** Writes blocks, adjacent ones together; they come in ascending order. */
  private void write(List<Shot> shots) throws IOException {
    int i = 0;
    while (i < shots.size()) {
      gather.clear();
      int first = shots.get(i).block;
      int n = 0;
      while (n < GATHER && i + n < shots.size() && shots.get(i + n).block == first + n) {
        gather.put(shots.get(i + n).content.data);
        n++;
      }
      chunk.io().write(first, gather.flip());
      i += n;
    }
  }

  /**
   * Commits the checksums of the blocks just written, then takes the table blocks that are to go in
   * place.
   */
  private long logCrcs(List<Shot> bodies, List<Shot> tables) throws IOException {
    int done = 0;
    while (true) {
      try {
        chunk.lock().lockWrite(deadline);
        try {
          int next = done;
          ChunkTx tx = ChunkTx.forCheckpoint(chunk);
          int lastTable = -1;
          int count = 0;
          while (next < bodies.size()) {
            Shot shot = bodies.get(next);
            int table = geometry.tableBlock(shot.block);
            if (table != lastTable && ++count > TABLES_PER_COMMIT) {
              break;
            }
            lastTable = table;
            next++;
            int at = TableEntry.offset(shot.block);
            int kind = TableEntry.KIND.get(tx.get(table), at);
            if (kind == BlockHeader.KIND.get(shot.content.data, 0)) {
              TableEntry.CRC.set(tx.edit(table), at, HeaderCopies.crc(shot.content.data));
            }
          }
          commit(tx);
          done = next;
          if (next == bodies.size()) {
            chunk
                .cache()
                .forEachDirty((block, content) -> {
                  if (geometry.inTable(block)) {
                    tables.add(new Shot(block, content));
                  }
                });
            return chunk.ring().lastG();
          }
        } finally {
          chunk.lock().unlockWrite();
        }
      } catch (Retry.BlockMiss miss) {
        chunk.load(miss.block(), deadline);
      }
    }
  }

  private void commit(ChunkTx tx) throws IOException {
    if (tx.empty()) {
      return;
    }
    tx.prepare();
    long g = numbers.take();
    try {
      tx.append(g, new int[] {chunk.id()}, 1);
    } catch (IOException | RuntimeException e) {
      numbers.lost(chunk, g, e);
      throw e;
    }
    numbers.written(g);
    tx.publish(g);
  }

  private void finish(List<Shot> bodies, List<Shot> tables, int[] crcs, long redoPoint)
      throws IOException {
    chunk.lock().lockWrite(deadline);
    try {
      chunk.ring().moveTail(redoPoint);
      chunk.rootCrcs(crcs);
      for (List<Shot> shots : List.of(bodies, tables)) {
        for (Shot shot : shots) {
          // A block changed since is another CachedBlock; this flag is then nobody's.
          shot.content.dirty = false;
        }
      }
    } finally {
      chunk.lock().unlockWrite();
    }
  }
}
