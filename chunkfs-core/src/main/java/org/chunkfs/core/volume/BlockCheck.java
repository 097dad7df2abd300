package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.DataCorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;

/** Reads blocks of file data and compares each with its checksum; serves nothing that differs. */
final class BlockCheck {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Engine engine;
  private final FileMap files;

  BlockCheck(Engine engine, FileMap files) {
    this.engine = engine;
    this.files = files;
  }

  /** Checksums of whole blocks from a buffer's position on. */
  static int[] crcs(ByteBuffer buffer, int blocks) {
    int[] crcs = new int[blocks];
    CRC32C crc = new CRC32C();
    ByteBuffer view = buffer.duplicate();
    int start = view.position();
    for (int i = 0; i < blocks; i++) {
      view.limit(start + (i + 1) * BLOCK).position(start + i * BLOCK);
      crc.reset();
      crc.update(view);
      crcs[i] = (int) crc.getValue();
    }
    return crcs;
  }

  /**
   * Reads {@code blocks} blocks of a written run from block {@code fileBlock} of the file on, into
   * the buffer from its position on.
   *
   * @return false if the file has changed meanwhile: look up again
   * @throws DataCorruptException if they cannot be had as they were written
   */
  boolean read(
      long id, Mapping m, Run run, long fileBlock, int blocks, ByteBuffer dst, long deadline)
      throws IOException {
    int start = dst.position();
    ByteBuffer view = dst.duplicate().limit(start + blocks * BLOCK);
    int block = run.blockOf(fileBlock);
    try {
      m.chunk().io().read(block, view);
    } catch (ChunkIoException e) {
      engine.chunks().suspect(m.chunk().id(), String.valueOf(e.getMessage()));
      throw lost(id, fileBlock, m, block, String.valueOf(e.getMessage()), e);
    }
    view.position(start);
    CRC32C crc = new CRC32C();
    for (int i = 0; i < blocks; i++) {
      view.limit(start + (i + 1) * BLOCK).position(start + i * BLOCK);
      crc.reset();
      crc.update(view);
      if ((int) crc.getValue() != m.crc(fileBlock + i)
          && !confirm(id, m, fileBlock + i, block + i, view, start + i * BLOCK, deadline)) {
        return false;
      }
    }
    dst.position(start + blocks * BLOCK);
    return true;
  }

  /** A block differs: looks again, first whether it is still the one, then past all caches. */
  private boolean confirm(
      long id, Mapping m, long fileBlock, int block, ByteBuffer view, int at, long deadline)
      throws IOException {
    if (engine.chunks().isOver(m.chunk())) {
      return false; // its blocks may be others' now
    }
    Mapping again = files.look(id, fileBlock, fileBlock + 1, true, deadline);
    if (!again.agrees(m, fileBlock)) {
      return false;
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK);
    CRC32C crc = new CRC32C();
    try {
      m.chunk().io().readMedia(block, direct);
    } catch (ChunkIoException e) {
      engine.chunks().suspect(m.chunk().id(), String.valueOf(e.getMessage()));
      throw lost(id, fileBlock, m, block, String.valueOf(e.getMessage()), e);
    }
    crc.update(direct.flip());
    int found = (int) crc.getValue();
    int expected = m.crc(fileBlock);
    if (found == expected) {
      view.limit(at + BLOCK).position(at).put(direct.flip());
      return true;
    }
    String what = "its checksum is 0x%08x, expected 0x%08x".formatted(found, expected);
    engine
        .chunks()
        .suspect(
            m.chunk().id(),
            "block %d, data of inode %s: %s".formatted(block, Ino.show(Ino.ofId(id)), what));
    throw lost(id, fileBlock, m, block, what, null);
  }

  private static DataCorruptException lost(
      long id,
      long fileBlock,
      Mapping m,
      int block,
      String what,
      @org.jspecify.annotations.Nullable Throwable cause) {
    long offset = fileBlock * BLOCK;
    return new DataCorruptException(
        Ino.ofId(id),
        offset,
        m.chunk().id(),
        block,
        "inode %s: its data at byte %d (chunk %d block %d) cannot be read: %s"
            .formatted(Ino.show(Ino.ofId(id)), offset, m.chunk().id(), block, what),
        cause);
  }
}
