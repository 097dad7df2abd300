package org.chunkfs.fsck.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkScan;

/** The bytes of a sound image that a reader may rely on, now or later, by what they are. */
final class LiveBytes {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** What a byte belongs to. */
  enum Kind {
    SUPERBLOCK,
    RING_MAP,
    VOLUME_RECORD,
    HEADER,
    TABLE_ROOT,
    TABLE,
    JOURNAL,
    CHUNK_STATE,
    INODES,
    TREE,
    DATA
  }

  /** A run of live bytes of a device. */
  record Range(Kind kind, int chunk, long position, int length) {}

  private final Map<Kind, List<Range>> ranges = new EnumMap<>(Kind.class);

  private LiveBytes() {}

  /** All live bytes of an image whose chunks were scanned and found sound. */
  static LiveBytes of(BlockDevice device, ImageLayout layout, List<ChunkScan> scans) {
    LiveBytes live = new LiveBytes();
    for (int m = 0; m < layout.members().size(); m++) {
      long start = layout.members().get(m).start() * BLOCK;
      live.add(Kind.SUPERBLOCK, -1, start, BLOCK);
      live.add(
          Kind.RING_MAP,
          -1,
          start + Superblock.RING_MAP_BLOCK * BLOCK,
          RingMap.count(layout, m) * BLOCK);
    }
    for (int chunk : layout.replicas()) {
      for (int slot = 0; slot < 2; slot++) {
        long position =
            layout.base(chunk) + (long) layout.geometry(chunk).volumeRecord(slot) * BLOCK;
        live.add(Kind.VOLUME_RECORD, -1, position, VolumeRecord.BYTES);
      }
    }
    scans.forEach(live::chunk);
    return live;
  }

  private void add(Kind kind, int chunk, long position, int length) {
    ranges
        .computeIfAbsent(kind, _ -> new ArrayList<>())
        .add(new Range(kind, chunk, position, length));
  }

  private void chunk(ChunkScan scan) {
    ChunkGeometry geometry = scan.geometry();
    for (int copy = 0; copy < 2; copy++) {
      add(Kind.HEADER, scan.chunk(), scan.reader().position(geometry.header(copy)), BLOCK);
      if (scan.headers().initialized(copy)) {
        add(
            Kind.TABLE_ROOT,
            scan.chunk(),
            scan.reader().position(geometry.root(copy)),
            geometry.rootBlocks() * BLOCK);
      }
    }
    BlockTable table = scan.table();
    if (table == null || scan.kept() == null) {
      return;
    }
    long ring = scan.reader().position(geometry.ringStart());
    long ringBytes = (long) geometry.ringBlocks() * BLOCK;
    for (RingRecord record : scan.kept().records()) {
      add(Kind.JOURNAL, scan.chunk(), ring + record.position() % ringBytes, record.length());
    }
    for (int i = 0; i < geometry.tableBlocks(); i++) {
      int block = geometry.tableStart() + i;
      if (scan.headers().tableCrc(i) != 0 && scan.overlay().get(block) == null) {
        add(Kind.TABLE, scan.chunk(), scan.reader().position(block), BLOCK);
      }
    }
    for (int block = geometry.bodyStart(); block < geometry.bodyEnd(); block++) {
      body(scan, table, block);
    }
  }

  private void body(ChunkScan scan, BlockTable table, int block) {
    BlockKind of = BlockKind.of(table.kind(block));
    if (of == null || of == BlockKind.FREE || scan.overlay().get(block) != null) {
      return;
    }
    Kind kind =
        switch (of) {
          case CHUNK_STATE -> Kind.CHUNK_STATE;
          case INODES -> Kind.INODES;
          case TREE -> Kind.TREE;
          default -> Kind.DATA;
        };
    if (kind != Kind.DATA || (table.flags(block) & TableEntry.UNWRITTEN) == 0) {
      add(kind, scan.chunk(), scan.reader().position(block), BLOCK);
    }
  }

  /** The kinds of which there is anything. */
  List<Kind> kinds() {
    return List.copyOf(ranges.keySet());
  }

  List<Range> of(Kind kind) {
    return ranges.getOrDefault(kind, List.of());
  }
}
