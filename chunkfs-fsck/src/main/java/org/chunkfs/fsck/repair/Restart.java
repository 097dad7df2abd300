package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.Crc;

/**
 * Gives a chunk that its journal cannot be used for a new start: everything in place, then both
 * table roots and headers, which name an empty journal of a new epoch.
 *
 * <p>Order: metadata; flush; table; flush; the pair that does not count, root before header, each
 * flushed; then the pair that did count. Until the first header is written the old one counts, and
 * what was written in place is found again by what each block says of itself.
 */
final class Restart {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final ChunkReader reader;
  private final ChunkGeometry geometry;

  private Restart(ChunkReader reader) {
    this.reader = reader;
    this.geometry = reader.geometry();
  }

  /**
   * What the new headers say besides what follows from the blocks.
   *
   * @param tail where the ring goes on: no record, of whatever epoch, says that it was there
   */
  record Start(int firstCopy, long sequence, int ringEpoch, long baseG, long tail) {}

  /** Writes a repaired chunk; durable on return. */
  static void write(ChunkReader reader, ChunkImage image, Start start) throws IOException {
    new Restart(reader).all(image, start);
  }

  private void all(ChunkImage image, Start start) throws IOException {
    for (Map.Entry<Integer, byte[]> e : image.metadata.entrySet()) {
      image.crc(e.getKey(), Crc.of(e.getValue()));
      put(e.getKey(), e.getValue());
    }
    reader.device().flush();
    int[] crcs = new int[geometry.tableBlocks()];
    for (int i = 0; i < crcs.length; i++) {
      if (!Bytes.zero(image.tables[i], BlockHeader.SIZE, BLOCK)) {
        put(geometry.tableStart() + i, image.tables[i]);
        crcs[i] = Crc.ofTable(image.tables[i]);
      }
    }
    reader.device().flush();
    for (int i = 0; i < 2; i++) {
      int copy = i == 0 ? start.firstCopy : 1 - start.firstCopy;
      byte[] root = root(copy, crcs);
      put(geometry.root(copy), root);
      reader.device().flush();
      byte[] header = blank(reader, copy);
      ChunkHeader.FLAGS.set(header, 0, ChunkHeader.INITIALIZED);
      ChunkHeader.SEQUENCE.set(header, 0, start.sequence + i);
      ChunkHeader.ROOT_CRC.set(header, 0, Crc.of(root));
      ChunkHeader.RING_EPOCH.set(header, 0, start.ringEpoch);
      ChunkHeader.BASE_G.set(header, 0, start.baseG);
      ChunkHeader.TAIL.set(header, 0, start.tail);
      ChunkHeader.TAIL_PREV_G.set(header, 0, start.baseG);
      ChunkHeader.STABLE_G.set(header, 0, start.baseG);
      ChunkHeader.FREE_BLOCKS.set(header, 0, image.free);
      ChunkHeader.INODES.set(header, 0, image.inodeCount);
      BlockHeader.seal(header, BLOCK);
      put(geometry.header(copy), header);
      reader.device().flush();
    }
  }

  private void put(int block, byte[] bytes) throws IOException {
    reader.device().write(reader.position(block), ByteBuffer.wrap(bytes));
  }

  private static byte[] blank(ChunkReader reader, int copy) {
    ImageLayout layout = reader.layout();
    return HeaderCopies.blank(
        layout.uuid(),
        reader.chunk(),
        reader.geometry(),
        copy,
        block -> layout.embed(block, layout.memberOf(reader.chunk())));
  }

  private byte[] root(int copy, int[] crcs) {
    byte[] root = new byte[geometry.rootBlocks() * BLOCK];
    for (int i = 0; i < geometry.rootBlocks(); i++) {
      byte[] block = new byte[BLOCK];
      BlockHeader.init(
          block,
          BlockKind.TABLE_ROOT,
          reader.layout().uuid(),
          reader.chunk(),
          geometry.root(copy) + i,
          0);
      for (int j = 0; j < ChunkGeometry.CRCS_PER_ROOT_BLOCK; j++) {
        int table = i * ChunkGeometry.CRCS_PER_ROOT_BLOCK + j;
        Bytes.u32(block, BlockHeader.SIZE + 4 * j, table < crcs.length ? crcs[table] : 0);
      }
      System.arraycopy(block, 0, root, i * BLOCK, BLOCK);
    }
    return root;
  }

  /**
   * Gives a chunk that was never used its damaged header copies back.
   *
   * @param good the copy that survived; empty: none
   */
  static void blankHeaders(ChunkReader reader, byte[] good) throws IOException {
    for (int copy = 0; copy < 2; copy++) {
      byte[] header = blank(reader, copy);
      if (good.length == BLOCK) {
        if (ChunkHeader.COPY.get(good, 0) == copy) {
          continue;
        }
        header = Arrays.copyOf(good, BLOCK);
        ChunkHeader.COPY.set(header, 0, copy);
        ChunkHeader.SEQUENCE.set(header, 0, ChunkHeader.SEQUENCE.get(good, 0) + 1);
        BlockHeader.ADDRESS.set(header, 0, reader.geometry().header(copy));
        BlockHeader.seal(header, BLOCK);
      }
      reader
          .device()
          .write(reader.position(reader.geometry().header(copy)), ByteBuffer.wrap(header));
      reader.device().flush();
    }
  }
}
