package org.chunkfs.fsck.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.RecordLayout;
import org.chunkfs.core.format.RingMapBlock;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.jspecify.annotations.Nullable;

/** Every field of every record of a sound image, by record and field, from the field tables. */
final class TargetMap {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** Places of one field in one image that are remembered. */
  private static final int KEPT = 4000;

  private final TreeMap<String, List<Target>> byField = new TreeMap<>();
  private final List<String> names = new ArrayList<>();
  private int chunk = -1;
  private int block;
  private long at;

  private TargetMap() {}

  /** All fields of an image. */
  static TargetMap of(ImageLayout layout, List<ChunkScan> scans) {
    TargetMap map = new TargetMap();
    map.image(layout);
    scans.forEach(map::chunk);
    map.names.addAll(map.byField.keySet());
    return map;
  }

  /** A field: each one of the format as likely as any other, then each place of it. */
  Target pick(SplittableRandom random) {
    List<Target> of = byField.getOrDefault(names.get(random.nextInt(names.size())), List.of());
    return of.get(random.nextInt(of.size()));
  }

  /** The places of a field, {@code record.field}. */
  List<Target> of(String name) {
    return List.copyOf(byField.getOrDefault(name, List.of()));
  }

  /** Names of all fields that there are, {@code record.field}. */
  List<String> names() {
    return List.copyOf(names);
  }

  private void place(int inChunk, int ofBlock, long position) {
    chunk = inChunk;
    block = ofBlock;
    at = position;
  }

  private void put(String record, String field, int offset, int size) {
    List<Target> of = byField.computeIfAbsent(record + "." + field, _ -> new ArrayList<>());
    if (of.size() < KEPT) {
      of.add(new Target(record, field, chunk, block, at + offset, size));
    }
  }

  private void record(RecordLayout layout, int offset) {
    for (Field field : layout.fields()) {
      put(layout.name(), field.name(), offset + field.offset(), field.size());
    }
  }

  private void image(ImageLayout layout) {
    for (int m = 0; m < layout.members().size(); m++) {
      long start = layout.members().get(m).start() * BLOCK;
      place(-1, 0, start);
      record(BlockHeader.LAYOUT, 0);
      superblock(layout);
      for (int i = 0; i < RingMap.count(layout, m); i++) {
        place(-1, Superblock.RING_MAP_BLOCK + i, start + (Superblock.RING_MAP_BLOCK + i) * BLOCK);
        record(BlockHeader.LAYOUT, 0);
        record(RingMapBlock.LAYOUT, 0);
      }
    }
    for (int replica : layout.replicas()) {
      for (int slot = 0; slot < 2; slot++) {
        int first = layout.geometry(replica).volumeRecord(slot);
        place(replica, first, layout.base(replica) + (long) first * BLOCK);
        record(BlockHeader.LAYOUT, 0);
        record(VolumeRecord.LAYOUT, 0);
        for (int i = 0; i < 3; i++) {
          record(
              VolumeRecord.Entry.LAYOUT, VolumeRecord.LAYOUT.size() + i * VolumeRecord.Entry.SIZE);
        }
      }
    }
  }

  private void superblock(ImageLayout layout) {
    record(Superblock.LAYOUT, 0);
    for (int i = 0; i < layout.members().size(); i++) {
      record(
          Superblock.MemberEntry.LAYOUT,
          Superblock.MEMBER_TABLE.offset() + i * Superblock.MemberEntry.SIZE);
    }
  }

  private void in(ChunkScan scan, int ofBlock) {
    place(scan.chunk(), ofBlock, scan.reader().position(ofBlock));
  }

  private void chunk(ChunkScan scan) {
    ChunkGeometry geometry = scan.geometry();
    for (int copy = 0; copy < 2; copy++) {
      in(scan, geometry.header(copy));
      record(BlockHeader.LAYOUT, 0);
      record(ChunkHeader.LAYOUT, 0);
      superblock(scan.reader().layout());
      if (scan.headers().initialized(copy)) {
        in(scan, geometry.root(copy));
        record(BlockHeader.LAYOUT, 0);
        for (int i = 0; i <= geometry.tableBlocks(); i++) {
          put("table root", "crc", BlockHeader.SIZE + 4 * i, 4);
        }
      }
    }
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    if (table == null || blocks == null || scan.kept() == null) {
      return;
    }
    journal(scan);
    for (int b = geometry.bodyStart(); b < geometry.bodyEnd(); b++) {
      entry(scan, table, b);
      if (table.metadata(b) && scan.overlay().get(b) == null) {
        byte[] bytes = blocks.get(b);
        if (bytes != null) {
          in(scan, b);
          metadata(table.kind(b), bytes);
        }
      }
    }
  }

  private void journal(ChunkScan scan) {
    ChunkGeometry geometry = scan.geometry();
    int ringBytes = geometry.ringBlocks() * BLOCK;
    for (RingRecord record : scan.kept() == null ? List.<RingRecord>of() : scan.kept().records()) {
      int offset = (int) (record.position() % ringBytes);
      place(
          scan.chunk(),
          geometry.ringStart() + offset / BLOCK,
          scan.reader().position(geometry.ringStart()) + offset);
      record(JournalRecord.LAYOUT, 0);
      if (record.length() > JournalRecord.SIZE + 8) {
        put("journal record", "lists", JournalRecord.SIZE, record.length() - JournalRecord.SIZE);
        put("journal record", "participant", JournalRecord.SIZE, 4);
        put("journal record", "redo", record.length() / 16 * 8, 8);
      }
    }
  }

  private void entry(ChunkScan scan, BlockTable table, int b) {
    int tableBlock = scan.geometry().tableBlock(b);
    boolean live = scan.headers().tableCrc(tableBlock - scan.geometry().tableStart()) != 0;
    if (!live || scan.overlay().get(tableBlock) != null || table.free(b) && b % 16 != 0) {
      return;
    }
    in(scan, tableBlock);
    if (TableEntry.offset(b) == TableEntry.offset(0)) {
      record(BlockHeader.LAYOUT, 0);
    }
    record(TableEntry.LAYOUT, TableEntry.offset(b));
  }

  private void metadata(int kind, byte[] bytes) {
    record(BlockHeader.LAYOUT, 0);
    if (kind == BlockKind.CHUNK_STATE.code()) {
      record(ChunkStateBlock.LAYOUT, 0);
    } else if (kind == BlockKind.TREE.code()) {
      page(bytes);
    } else {
      for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
        int offset = InodeRecord.offset(slot);
        if (InodeRecord.inUse(bytes, offset)) {
          record(InodeRecord.LAYOUT, offset);
          int end = offset + InodeRecord.INLINE + InodeRecord.INLINE_BYTES.get(bytes, offset);
          int item = offset + InodeRecord.INLINE;
          while (item < end) {
            item += item(bytes, item);
          }
        } else {
          put("free inode", "bytes", offset, InodeRecord.SIZE);
        }
      }
    }
  }

  private void page(byte[] bytes) {
    record(TreePage.LAYOUT, 0);
    for (int i = 0; i < TreePage.COUNT.get(bytes, 0); i++) {
      put("tree page", "slot", TreePage.SLOTS + 2 * i, 2);
      int item = Bytes.u16(bytes, TreePage.SLOTS + 2 * i);
      if (TreePage.LEVEL.get(bytes, 0) == 0) {
        item(bytes, item);
      } else {
        put("inner item", "child", item + head(bytes, item), 4);
        put("inner item", "major", item + 3, 8);
      }
    }
  }

  private static int head(byte[] bytes, int item) {
    ItemType type = ItemType.of(bytes[item] & 0xFF);
    return type == null ? 11 : type.head();
  }

  /** Its head and value; returns the bytes it takes. */
  private int item(byte[] bytes, int item) {
    put("item", "type", item, 1);
    put("item", "value length", item + 1, 2);
    put("item", "major", item + 3, 8);
    ItemType type = ItemType.of(bytes[item] & 0xFF);
    int head = head(bytes, item);
    int length = Bytes.u16(bytes, item + 1);
    if (type != null && type.hasMinor()) {
      put("item", "minor", item + 11, 8);
    }
    RecordLayout value = type == null ? null : value(type);
    if (value != null) {
      record(value, item + head);
      if (length > value.size()) {
        put(value.name(), "name", item + head + value.size(), length - value.size());
      }
    } else if (length > 0) {
      put("item of " + type, "value", item + head, length);
    }
    return head + length;
  }

  private static @Nullable RecordLayout value(ItemType type) {
    return switch (type) {
      case DIRENT -> Items.Dirent.LAYOUT;
      case BACK_POINTER -> Items.BackPointer.LAYOUT;
      case EXTENT -> Items.Extent.LAYOUT;
      case CONTINUATION -> Items.Continuation.LAYOUT;
      case ORPHAN -> Items.Orphan.LAYOUT;
      case XREF_OUT -> Items.XrefOut.LAYOUT;
      case XREF_IN -> Items.XrefIn.LAYOUT;
      case CONT_OUT, CONT_IN -> Items.ContinuationRef.LAYOUT;
      case XATTR, INLINE -> null;
    };
  }
}
