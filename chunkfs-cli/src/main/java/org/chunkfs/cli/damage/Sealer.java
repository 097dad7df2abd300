package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.volume.Image;

/**
 * Makes the checksums above a changed structure fit: a block's in its table entry, the table
 * block's in the root that counts, the root's in its header, the header's own.
 */
final class Sealer {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Image image;

  Sealer(Image image) {
    this.image = image;
  }

  private ChunkReader reader(int chunk) throws IOException {
    return new ChunkReader(image, chunk);
  }

  private byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    image.device().read(position, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void write(long position, byte[] bytes) throws IOException {
    image.device().write(position, ByteBuffer.wrap(bytes));
  }

  /** A block that carries its own checksum, or several such blocks in one. */
  void own(long position, int length) throws IOException {
    byte[] bytes = read(position, length);
    BlockHeader.seal(bytes, length);
    write(position, bytes);
  }

  /** Any block of a chunk's body. */
  void body(int chunk, int block) throws IOException {
    ChunkReader reader = reader(chunk);
    int table = reader.geometry().tableBlock(block);
    byte[] bytes = reader.raw(table, 1);
    TableEntry.CRC.set(bytes, TableEntry.offset(block), crc(reader.raw(block, 1)));
    write(reader.position(table), bytes);
    table(chunk, table);
  }

  /** A block of a chunk's table. */
  void table(int chunk, int table) throws IOException {
    ChunkReader reader = reader(chunk);
    int copy = current(reader);
    int index = table - reader.geometry().tableStart();
    int block = reader.geometry().root(copy) + index / ChunkGeometry.CRCS_PER_ROOT_BLOCK;
    byte[] root = reader.raw(block, 1);
    ByteBuffer.wrap(root)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(
            BlockHeader.SIZE + index % ChunkGeometry.CRCS_PER_ROOT_BLOCK * Integer.BYTES,
            ChunkReader.crc(reader.raw(table, 1)));
    write(reader.position(block), root);
    root(chunk, copy);
  }

  /** A chunk's table root. */
  void root(int chunk, int copy) throws IOException {
    ChunkReader reader = reader(chunk);
    ChunkGeometry g = reader.geometry();
    byte[] header = reader.raw(g.header(copy), 1);
    ChunkHeader.ROOT_CRC.set(header, 0, crc(reader.raw(g.root(copy), g.rootBlocks())));
    BlockHeader.seal(header, BLOCK);
    write(reader.position(g.header(copy)), header);
  }

  private static int current(ChunkReader reader) throws IOException {
    int copy = reader.current();
    if (copy < 0) {
      throw new IOException("both headers of chunk %d are damaged".formatted(reader.chunk()));
    }
    return copy;
  }

  /** A journal record. */
  void record(int chunk, long position, int length) throws IOException {
    ChunkReader reader = reader(chunk);
    byte[] record = read(position, length);
    ByteBuffer seed = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    seed.put(reader.uuid()).putInt(chunk).putInt(ChunkHeader.RING_EPOCH.get(reader.header(), 0));
    CRC32C crc = new CRC32C();
    crc.update(seed.array());
    int from = JournalRecord.LENGTH.offset();
    crc.update(record, from, length - from);
    JournalRecord.CRC.set(record, 0, (int) crc.getValue());
    write(position, record);
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
