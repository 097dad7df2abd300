package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.InodeLeases.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A block of a file of which some bytes become zeros: its new version, written to a new block of
 * the same chunk and waiting for a commit.
 */
final class Edge {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final long fileBlock;
  private final long partId;
  private final Reservation block;
  private final int[] crcs;

  private Edge(long fileBlock, long partId, Reservation block, int[] crcs) {
    this.fileBlock = fileBlock;
    this.partId = partId;
    this.block = block;
    this.crcs = crcs;
  }

  int chunk() {
    return block.chunk().id();
  }

  /** What making edges needs. */
  record Maker(Engine engine, FileMap files, BlockCheck check, BufferPool buffers) {
    /**
     * Prepares a block whose bytes {@code low} to {@code high} (exclusive) become zeros.
     *
     * @return null if they are zeros already: a hole, or preallocated
     * @throws FsException NO_SPACE if the chunk has not one block left
     */
    @Nullable Edge make(Lease lease, long fileBlock, int low, int high, long deadline)
        throws IOException {
      while (true) {
        Mapping m = files.look(lease.id, fileBlock, fileBlock + 1, true, deadline);
        Run run = m.run(fileBlock);
        if (run == null || run.unwritten()) {
          return null;
        }
        Chunk chunk = engine.chunks().forWriting(Ino.chunk(m.partId()), deadline);
        ByteBuffer ours = buffers.take(1);
        if (chunk == m.chunk() && check.read(lease.id, m, run, fileBlock, 1, ours, deadline)) {
          for (int i = low; i < high; i++) {
            ours.put(i, (byte) 0);
          }
          Edge edge = write(m, fileBlock, ours.limit(BLOCK).position(0), deadline);
          buffers.give(ours);
          return edge;
        }
        buffers.give(ours);
        FileWriter.requireTime(deadline, lease.id);
      }
    }

    private Edge write(Mapping m, long fileBlock, ByteBuffer content, long deadline)
        throws IOException {
      Reservation r = Placement.reserve(engine, m.chunk(), 1, -1, true, deadline);
      if (r == null) {
        throw new FsException(
            FsException.Reason.NO_SPACE, "chunk " + m.chunk().id() + " has no free block left");
      }
      boolean done = false;
      try {
        int[] crcs = BlockCheck.crcs(content, 1);
        m.chunk().io().write(r.first(0), content);
        engine.wroteData(BLOCK);
        done = true;
        return new Edge(fileBlock, m.partId(), r, crcs);
      } finally {
        if (!done) {
          r.giveBack();
        }
      }
    }
  }

  /** Whether everything is as it was found; asked in the commit, before it changes anything. */
  boolean current(Tx tx, long id) throws IOException {
    return tx.chunk(chunk()).target() == block.chunk()
        && Continuations.partFor(tx.of(id), id, fileBlock) == partId;
  }

  /** Puts the new version in the place of the old. */
  void install(Tx tx, long id) throws IOException {
    PartEdit part = new PartEdit(tx, id, partId);
    Extents.free(part.chunk(), part.ino(), fileBlock, fileBlock + 1, 1);
    part.chunk().makeLive(block.first(0), 1, part.ino(), part.generation(), fileBlock, crcs, 0, 0);
    Extents.insert(part.chunk(), part.ino(), new Run(fileBlock, block.first(0), 1, false));
    Extents.addBlocks(part.chunk(), part.ino(), 1);
    part.finish();
  }

  /** Gives the new block back: the commit did not happen. */
  void giveBack() {
    block.giveBack();
  }
}
