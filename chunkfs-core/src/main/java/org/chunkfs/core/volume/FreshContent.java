package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * The whole content of a file that is about to be made: in blocks of one chunk that are written,
 * but nobody's before the commit that makes the file.
 */
final class FreshContent {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Reservation blocks;
  private final int[] crcs;
  private final int size;

  private FreshContent(Reservation blocks, int[] crcs, int size) {
    this.blocks = blocks;
    this.crcs = crcs;
    this.size = size;
  }

  /**
   * Writes content into new blocks of a chunk.
   *
   * @param content 1 to {@link Vfs#WHOLE_MAX} bytes; its position stays
   * @return null if the chunk has no room for all of it
   */
  static @Nullable FreshContent store(
      Engine engine, BufferPool buffers, int home, ByteBuffer content, long deadline)
      throws IOException {
    int size = content.remaining();
    int want = (size + BLOCK - 1) / BLOCK;
    Reservation blocks = Placement.reserveWhole(engine, home, want, deadline);
    if (blocks == null) {
      return null;
    }
    boolean done = false;
    try {
      int[] crcs;
      if (content.isDirect() && size % BLOCK == 0) {
        crcs = BlockCheck.crcs(content, want);
        FileWriter.writeRuns(blocks, content.duplicate());
      } else {
        ByteBuffer ours = wholeBlocks(content, buffers.take());
        crcs = BlockCheck.crcs(ours, want);
        FileWriter.writeRuns(blocks, ours);
        buffers.give(ours);
      }
      done = true;
      return new FreshContent(blocks, crcs, size);
    } finally {
      if (!done) {
        blocks.giveBack();
      }
    }
  }

  private static ByteBuffer wholeBlocks(ByteBuffer content, ByteBuffer ours) {
    ours.put(content.duplicate());
    while (ours.position() % BLOCK != 0) {
      ours.put((byte) 0);
    }
    return ours.flip();
  }

  /** Whether the incarnation that the blocks are of is the one that a transaction changes. */
  boolean belongsTo(Tx tx) {
    return tx.chunk(blocks.chunk().id()).target() == blocks.chunk();
  }

  /** Makes it the content of an inode that was just made in the same chunk. */
  void install(Tx tx, long ino) throws IOException {
    var chunk = tx.of(ino);
    Installation.install(chunk, ino, Directories.generation(chunk, ino), 0, blocks, crcs);
    InodeRecord.SIZE_BYTES.set(Inodes.edit(chunk, ino), Inodes.at(ino), size);
  }

  /** The blocks are not needed. */
  void giveBack() {
    blocks.giveBack();
  }
}
