package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Crc;
import org.jspecify.annotations.Nullable;

/**
 * Makes checksums right again after something was changed, from the record itself up to the chunk's
 * header: what somebody would do who wants to deceive.
 */
final class Sealer {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Specimen specimen;
  private final BlockDevice device;
  private final ImageLayout layout;

  Sealer(Specimen specimen, BlockDevice device) {
    this.specimen = specimen;
    this.device = device;
    this.layout = specimen.layout;
  }

  private byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    device.read(position, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void write(long position, byte[] bytes) throws IOException {
    device.write(position, ByteBuffer.wrap(bytes));
  }

  /** Seals what lies at a position of the device, wherever that is. */
  void seal(long position) throws IOException {
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      long base = layout.base(chunk);
      if (position >= base && position < base + (long) layout.geometry(chunk).blocks() * BLOCK) {
        chunk(chunk, (int) ((position - base) / BLOCK), (int) ((position - base) % BLOCK));
        return;
      }
    }
    long start = position / BLOCK * BLOCK; // a superblock or ring map
    self(start, BLOCK);
  }

  private void self(long position, int length) throws IOException {
    byte[] bytes = read(position, length);
    BlockHeader.seal(bytes, length);
    write(position, bytes);
  }

  private void chunk(int chunk, int block, int offset) throws IOException {
    ChunkGeometry geometry = layout.geometry(chunk);
    ChunkScan scan = specimen.scans.get(chunk);
    for (int slot = 0; slot < 2; slot++) {
      int first = geometry.volumeRecord(slot);
      if (block >= first && block < first + VolumeRecord.BLOCKS) {
        self(scan.reader().position(first), VolumeRecord.BYTES);
        return;
      }
    }
    for (int copy = 0; copy < 2; copy++) {
      if (block == geometry.header(copy)) {
        self(scan.reader().position(block), BLOCK);
        return;
      }
      if (block >= geometry.root(copy) && block < geometry.root(copy) + geometry.rootBlocks()) {
        root(scan, copy);
        return;
      }
    }
    if (block < geometry.tableStart()) {
      journal(scan, block, offset);
    } else if (geometry.inTable(block)) {
      table(scan, block - geometry.tableStart());
    } else {
      body(scan, block);
    }
  }

  private void body(ChunkScan scan, int block) throws IOException {
    BlockTable table = scan.table();
    if (table == null || !table.metadata(block) || scan.overlay().get(block) != null) {
      return;
    }
    byte[] bytes = read(scan.reader().position(block), BLOCK);
    if (table.kind(block) == BlockKind.INODES.code()) {
      for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
        int at = InodeRecord.offset(slot);
        if (InodeRecord.inUse(bytes, at)) {
          long ino = Ino.of(scan.chunk(), block, slot);
          InodeRecord.CRC.set(bytes, at, InodeRecord.crc(bytes, at, ino));
        }
      }
      write(scan.reader().position(block), bytes);
    }
    int tableBlock = scan.geometry().tableBlock(block);
    if (scan.overlay().get(tableBlock) != null) {
      entryInJournal(scan, tableBlock, TableEntry.offset(block), Crc.of(bytes));
      return;
    }
    byte[] entries = read(scan.reader().position(tableBlock), BLOCK);
    TableEntry.CRC.set(entries, TableEntry.offset(block), Crc.of(bytes));
    write(scan.reader().position(tableBlock), entries);
    table(scan, tableBlock - scan.geometry().tableStart());
  }

  /** Puts a checksum into the records that make its block of the table, as far as they have it. */
  private void entryInJournal(ChunkScan scan, int tableBlock, int entry, int crc)
      throws IOException {
    byte[] value = new byte[TableEntry.SIZE];
    TableEntry.CRC.set(value, 0, crc);
    for (int i = TableEntry.CRC.offset(); i < TableEntry.CRC.offset() + Integer.BYTES; i++) {
      long position = source(scan, tableBlock, entry + i);
      if (position >= 0) {
        write(position, new byte[] {value[i]});
        seal(position);
      }
    }
  }

  /** Position of the byte in the journal that comes to be at an offset of a block; -1: none. */
  private static long source(ChunkScan scan, int block, int offset) throws CorruptException {
    AtomicLong position = new AtomicLong(-1);
    int ringBytes = scan.geometry().ringBlocks() * BLOCK;
    for (RingRecord record : kept(scan)) {
      if (record.type() == JournalRecord.COMMIT) {
        long start = scan.reader().position(scan.geometry().ringStart());
        record.forEachRedo((changed, image, redo) -> {
          int at = redo.source(offset);
          if (changed == block && (image || at >= 0)) {
            position.set(at < 0 ? -1 : start + record.position() % ringBytes + at);
          }
        });
      }
    }
    return position.get();
  }

  private static List<RingRecord> kept(ChunkScan scan) {
    return scan.kept() == null ? List.of() : scan.kept().records();
  }

  private void table(ChunkScan scan, int index) throws IOException {
    int copy = scan.headers().current();
    ChunkGeometry geometry = scan.geometry();
    byte[] entries = read(scan.reader().position(geometry.tableStart() + index), BLOCK);
    long root = scan.reader().position(geometry.root(copy));
    byte[] crcs = read(root, geometry.rootBlocks() * BLOCK);
    int at =
        index / ChunkGeometry.CRCS_PER_ROOT_BLOCK * BLOCK
            + BlockHeader.SIZE
            + index % ChunkGeometry.CRCS_PER_ROOT_BLOCK * 4;
    Bytes.u32(crcs, at, Crc.ofTable(entries));
    write(root, crcs);
    root(scan, copy);
  }

  private void root(ChunkScan scan, int copy) throws IOException {
    ChunkGeometry geometry = scan.geometry();
    byte[] root = read(scan.reader().position(geometry.root(copy)), geometry.rootBlocks() * BLOCK);
    long position = scan.reader().position(geometry.header(copy));
    byte[] header = read(position, BLOCK);
    ChunkHeader.ROOT_CRC.set(header, 0, Crc.of(root));
    BlockHeader.seal(header, BLOCK);
    write(position, header);
  }

  private void journal(ChunkScan scan, int block, int offset) throws IOException {
    int ringBytes = scan.geometry().ringBlocks() * BLOCK;
    long ring = scan.reader().position(scan.geometry().ringStart());
    int at = (block - scan.geometry().ringStart()) * BLOCK + offset;
    byte @Nullable [] header = scan.headers().header();
    if (header == null) {
      return;
    }
    for (RingRecord record : kept(scan)) {
      int start = (int) (record.position() % ringBytes);
      if (at >= start && at < start + record.length()) {
        byte[] bytes = read(ring + start, record.length());
        byte[] seed = java.util.Arrays.copyOf(layout.uuid(), 24);
        Bytes.u32(seed, 16, scan.chunk());
        Bytes.u32(seed, 20, ChunkHeader.RING_EPOCH.get(header, 0));
        CRC32C crc = new CRC32C();
        crc.update(seed, 0, seed.length);
        int from = JournalRecord.LENGTH.offset();
        crc.update(bytes, from, bytes.length - from);
        JournalRecord.CRC.set(bytes, 0, (int) crc.getValue());
        write(ring + start, bytes);
        return;
      }
    }
  }
}
