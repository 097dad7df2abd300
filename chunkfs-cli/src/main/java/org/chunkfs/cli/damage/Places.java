package org.chunkfs.cli.damage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;

/** Finds what can be damaged: structures that are in use and whose bytes in place count. */
final class Places {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final Place.Seal BLOCK_SEAL = bytes -> BlockHeader.seal(bytes, bytes.length);

  private final Image image;
  private final ImageLayout layout;
  private final int only;

  /**
   * @param only the one chunk to look in, or -1 for all
   */
  Places(Image image, int only) {
    this.image = image;
    this.layout = image.layout();
    this.only = only;
  }

  /** All places of a kind, in the order of the image; chunks that cannot be read have none. */
  List<Place> find(Target target) throws IOException {
    List<Place> places = new ArrayList<>();
    if (target == Target.SUPERBLOCK) {
      for (int i = 0; i < layout.members().size(); i++) {
        long at = layout.members().get(i).start() * BLOCK;
        places.add(
            new Place(at, BLOCK, "superblock of member " + i, Superblock.LAYOUT, 0, BLOCK_SEAL));
      }
      return places;
    }
    for (int chunk = only < 0 ? 0 : only;
        chunk < (only < 0 ? layout.chunks() : only + 1);
        chunk++) {
      ChunkReader reader = new ChunkReader(image, chunk);
      try {
        find(target, reader, places);
      } catch (IOException e) {
        if (only >= 0) {
          throw e;
        }
      }
    }
    return places;
  }

  private void find(Target target, ChunkReader reader, List<Place> places) throws IOException {
    ChunkGeometry g = reader.geometry();
    String of = "chunk " + reader.chunk() + " ";
    if (target == Target.HEADER) {
      for (int copy = 0; copy < 2; copy++) {
        places.add(
            new Place(
                reader.position(g.header(copy)),
                BLOCK,
                of + "header copy " + copy,
                ChunkHeader.LAYOUT,
                0,
                BLOCK_SEAL));
      }
      return;
    }
    if (target == Target.VOLUME) {
      volume(reader, of, places);
      return;
    }
    if (!reader.initialized()) {
      return; // nothing past the header means anything
    }
    switch (target) {
      case ROOT -> {
        for (int i = 0; i < g.rootBlocks(); i++) {
          block(reader, g.root(reader.current()) + i, of + "table root block " + i, places);
        }
      }
      case JOURNAL -> journal(reader, of, places);
      case TABLE -> tables(reader, of, places);
      default -> body(target, reader, places);
    }
  }

  private void volume(ChunkReader reader, String of, List<Place> places) {
    for (int replica : layout.replicas()) {
      for (int slot = 0; slot < 2 && replica == reader.chunk(); slot++) {
        int block = reader.geometry().volumeRecord(slot);
        places.add(
            new Place(
                reader.position(block),
                VolumeRecord.BYTES,
                of + "volume record slot " + slot,
                VolumeRecord.LAYOUT,
                0,
                BLOCK_SEAL));
      }
    }
  }

  private static void block(ChunkReader reader, int block, String name, List<Place> places) {
    places.add(new Place(reader.position(block), BLOCK, name, BlockHeader.LAYOUT, 0, Place.NONE));
  }

  private static void journal(ChunkReader reader, String of, List<Place> places)
      throws IOException {
    long ringBytes = (long) reader.geometry().ringBlocks() * BLOCK;
    for (RingRecord record : reader.scan().records()) {
      long offset = record.position() % ringBytes;
      places.add(
          new Place(
              reader.position(reader.geometry().ringStart()) + offset,
              record.length(),
              of + "journal record at " + record.position(),
              JournalRecord.LAYOUT,
              0,
              Place.NONE));
    }
  }

  private static void tables(ChunkReader reader, String of, List<Place> places) throws IOException {
    ChunkGeometry g = reader.geometry();
    for (int i = 0; i < g.tableBlocks(); i++) {
      int block = g.tableStart() + i;
      Integer crc = reader.tableCrc(block);
      if (crc == null || crc == 0 || reader.overlay().containsKey(block)) {
        continue;
      }
      byte[] table = reader.raw(block, 1);
      for (int j = 0; j < TableEntry.PER_BLOCK; j++) {
        int at = BlockHeader.SIZE + j * TableEntry.SIZE;
        if (TableEntry.KIND.get(table, at) != 0) {
          places.add(
              new Place(
                  reader.position(block) + at,
                  TableEntry.SIZE,
                  of + "table entry of block " + (i * TableEntry.PER_BLOCK + j),
                  TableEntry.LAYOUT,
                  0,
                  Place.NONE));
        }
      }
    }
  }

  private static void body(Target target, ChunkReader reader, List<Place> places)
      throws IOException {
    ChunkGeometry g = reader.geometry();
    String of = "chunk " + reader.chunk() + " ";
    for (int block = g.bodyStart(); block < g.bodyEnd(); block++) {
      byte[] entry = reader.entry(block, true);
      BlockKind kind = BlockKind.of(TableEntry.KIND.get(entry, 0));
      boolean unwritten = (TableEntry.FLAGS.get(entry, 0) & TableEntry.UNWRITTEN) != 0;
      if (kind == BlockKind.DATA && target == Target.DATA && !unwritten) {
        String owner = Ino.show(TableEntry.OWNER.get(entry, 0));
        places.add(
            new Place(
                reader.position(block),
                BLOCK,
                of + "block " + block + ", data of inode " + owner,
                null,
                0,
                Place.NONE));
      } else if (kind == BlockKind.TREE && target == Target.TREE && counts(reader, block)) {
        places.add(
            new Place(
                reader.position(block),
                BLOCK,
                of + "block " + block + ", tree page",
                TreePage.LAYOUT,
                0,
                Place.NONE));
      } else if (kind == BlockKind.INODES && target == Target.INODE && counts(reader, block)) {
        inodes(reader, block, places);
      }
    }
  }

  /** Whether the bytes in place count, and not newer ones in the journal. */
  private static boolean counts(ChunkReader reader, int block) throws IOException {
    return !reader.overlay().containsKey(block);
  }

  private static void inodes(ChunkReader reader, int block, List<Place> places) throws IOException {
    byte[] bytes = reader.raw(block, 1);
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      if (InodeRecord.inUse(bytes, at)) {
        long ino = Ino.of(reader.chunk(), block, slot);
        places.add(
            new Place(
                reader.position(block) + at,
                InodeRecord.SIZE,
                "inode " + Ino.show(ino),
                InodeRecord.LAYOUT,
                0,
                record -> InodeRecord.CRC.set(record, 0, InodeRecord.crc(record, 0, ino))));
      }
    }
  }
}
