package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Generation;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Item;

/**
 * The blocks of a repaired chunk, made of its model. Sound inodes keep their places and pages; new
 * pages go to blocks that were free before too, so that what they replace stays until the switch.
 */
final class ChunkImage {
  private static final int BLOCK = BlockHeader.BLOCK;

  final ChunkModel model;
  final TreeMap<Integer, byte[]> metadata = new TreeMap<>();
  final byte[][] tables;
  int free;
  int inodeCount;

  private final TreeMap<Integer, SpaceRepair.Data> data;
  private final byte[] uuid;
  private final BitSet used = new BitSet();
  private final Map<Integer, InodeModel> pageOwner = new TreeMap<>();
  private final Map<Integer, Integer> pageLevel = new TreeMap<>();

  private ChunkImage(ChunkModel model, TreeMap<Integer, SpaceRepair.Data> data) {
    this.model = model;
    this.data = data;
    this.uuid = model.scan.reader().layout().uuid();
    this.tables = new byte[model.geometry.tableBlocks()][];
  }

  static ChunkImage of(ChunkModel model, TreeMap<Integer, SpaceRepair.Data> data)
      throws TreeBuilder.NoRoomException {
    ChunkImage image = new ChunkImage(model, data);
    image.trees();
    image.inodes();
    image.state();
    image.tables();
    return image;
  }

  private void trees() throws TreeBuilder.NoRoomException {
    ChunkGeometry geometry = model.geometry;
    used.set(geometry.stateBlock());
    used.set(geometry.indexBlock());
    data.keySet().forEach(used::set);
    for (InodeModel inode : model.inodes.values()) {
      used.set(Ino.block(inode.ino));
      if (!inode.rewrite) {
        for (int[] page : inode.pages) {
          used.set(page[0]);
          own(inode, page);
          byte[] bytes = model.blocks.get(page[0]);
          if (bytes != null) {
            metadata.put(page[0], bytes);
          }
        }
      }
    }
    for (InodeModel inode : model.inodes.values()) {
      if (inode.rewrite) {
        tree(inode);
      }
      long blocks = inode.pages.size();
      for (Item extent : inode.of(ItemType.EXTENT)) {
        blocks += org.chunkfs.core.format.Items.Extent.COUNT.get(extent.value(), 0);
      }
      InodeRecord.BLOCKS.set(inode.record, 0, blocks);
    }
  }

  private void own(InodeModel inode, int[] page) {
    pageOwner.put(page[0], inode);
    pageLevel.put(page[0], page[1]);
  }

  private void tree(InodeModel inode) throws TreeBuilder.NoRoomException {
    byte[] record = inode.record;
    int bytes = inode.items.stream().mapToInt(Item::length).sum();
    Arrays.fill(record, InodeRecord.INLINE, InodeRecord.SIZE, (byte) 0);
    inode.pages.clear();
    if (bytes <= InodeRecord.INLINE_MAX) {
      int at = InodeRecord.INLINE;
      for (Item item : inode.items) {
        System.arraycopy(item.encode(), 0, record, at, item.length());
        at += item.length();
      }
      InodeRecord.INLINE_BYTES.set(record, 0, bytes);
      InodeRecord.TREE_ROOT.set(record, 0, 0);
      InodeRecord.TREE_LEVELS.set(record, 0, 0);
      return;
    }
    inode.pages.addAll(
        new TreeBuilder(uuid, model.chunk(), inode.ino, this::take, metadata).build(inode.items));
    inode.pages.forEach(page -> own(inode, page));
    int[] root = inode.pages.getLast();
    InodeRecord.INLINE_BYTES.set(record, 0, 0);
    InodeRecord.TREE_ROOT.set(record, 0, root[0]);
    InodeRecord.TREE_LEVELS.set(record, 0, root[1] + 1);
  }

  private int take() throws TreeBuilder.NoRoomException {
    ChunkGeometry geometry = model.geometry;
    int second = -1;
    for (int b = used.nextClearBit(geometry.bodyStart()); b < geometry.bodyEnd(); ) {
      if (model.table.kind(b) == BlockKind.FREE.code()) {
        used.set(b);
        return b;
      }
      second = second < 0 ? b : second;
      b = used.nextClearBit(b + 1);
    }
    if (second < 0) {
      throw new TreeBuilder.NoRoomException();
    }
    used.set(second);
    return second;
  }

  private void inodes() {
    for (InodeModel inode : model.inodes.values()) {
      int block = Ino.block(inode.ino);
      byte[] bytes = metadata.computeIfAbsent(block, b -> fresh(b, BlockKind.INODES));
      int at = InodeRecord.offset(Ino.slot(inode.ino));
      System.arraycopy(inode.record, 0, bytes, at, InodeRecord.SIZE);
      InodeRecord.CRC.set(bytes, at, InodeRecord.crc(bytes, at, inode.ino));
      inodeCount += inode.index() ? 0 : 1;
    }
  }

  /** An empty block, with the commit number that the one there now has. */
  private byte[] fresh(int block, BlockKind kind) {
    byte[] bytes = new byte[BLOCK];
    BlockHeader.init(bytes, kind, uuid, model.chunk(), block, 0);
    byte[] now = model.table.metadata(block) ? model.blocks.get(block) : null;
    if (now != null && !model.blocks.doubtful(block)) {
      BlockHeader.G.set(bytes, 0, BlockHeader.G.get(now, 0));
    }
    return bytes;
  }

  private void state() {
    int block = model.geometry.stateBlock();
    byte[] bytes = fresh(block, BlockKind.CHUNK_STATE);
    byte[] now = model.table.metadata(block) ? model.blocks.get(block) : null;
    int generation = 0;
    int laps = 0;
    if (now != null && !model.blocks.doubtful(block)) {
      generation = ChunkStateBlock.GENERATION.get(now, 0);
      laps = ChunkStateBlock.GENERATION_LAPS.get(now, 0);
    }
    for (InodeModel inode : model.inodes.values()) {
      if (Generation.behind(generation, laps, inode.generation())) {
        generation = inode.generation();
      }
    }
    free = model.geometry.bodyBlocks();
    for (int b = model.geometry.bodyStart(); b < model.geometry.bodyEnd(); b++) {
      free -= used.get(b) ? 1 : 0;
    }
    ChunkStateBlock.GENERATION.set(bytes, 0, generation);
    ChunkStateBlock.GENERATION_LAPS.set(bytes, 0, laps);
    ChunkStateBlock.FREE_BLOCKS.set(bytes, 0, free);
    ChunkStateBlock.INODES.set(bytes, 0, inodeCount);
    ChunkStateBlock.ORPHANS.set(bytes, 0, model.own(ChunkGeometry.ORPHANS).items.size());
    ChunkStateBlock.XREFS_OUT.set(bytes, 0, model.own(ChunkGeometry.XREFS_OUT).items.size());
    ChunkStateBlock.XREFS_IN.set(bytes, 0, model.own(ChunkGeometry.XREFS_IN).items.size());
    metadata.put(block, bytes);
  }

  private void tables() {
    for (int i = 0; i < tables.length; i++) {
      int block = model.geometry.tableStart() + i;
      byte[] bytes = new byte[BLOCK];
      BlockHeader.init(bytes, BlockKind.TABLE, uuid, model.chunk(), block, 0);
      BlockHeader.G.set(bytes, 0, BlockHeader.G.get(model.table.block(i), 0));
      tables[i] = bytes;
    }
    metadata.forEach((block, bytes) -> {
      InodeModel owner = pageOwner.get(block);
      int kind = BlockHeader.KIND.get(bytes, 0);
      long logical =
          owner != null
              ? pageLevel.getOrDefault(block, 0)
              : kind == BlockKind.INODES.code() ? slots(bytes) : 0;
      entry(
          block,
          kind,
          0,
          model.table.crc(block),
          owner == null ? 0 : owner.ino,
          owner == null ? 0 : owner.generation(),
          logical);
    });
    data.forEach((block, d) ->
        entry(
            block,
            BlockKind.DATA.code(),
            d.flags(),
            d.crc(),
            d.owner(),
            d.generation(),
            d.logical()));
  }

  private static long slots(byte[] bytes) {
    long slots = 0;
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      slots |= InodeRecord.inUse(bytes, InodeRecord.offset(slot)) ? 1L << slot : 0;
    }
    return slots;
  }

  private void entry(
      int block, int kind, int flags, int crc, long owner, int generation, long logical) {
    byte[] table = tables[block / TableEntry.PER_BLOCK];
    int at = TableEntry.offset(block);
    TableEntry.KIND.set(table, at, kind);
    TableEntry.FLAGS.set(table, at, flags);
    TableEntry.CRC.set(table, at, crc);
    TableEntry.OWNER.set(table, at, owner);
    TableEntry.LOGICAL.set(table, at, logical);
    TableEntry.OWNER_GENERATION.set(table, at, generation);
  }

  /** Sets the checksum of a metadata block as it will stand in place. */
  void crc(int block, int crc) {
    TableEntry.CRC.set(tables[block / TableEntry.PER_BLOCK], TableEntry.offset(block), crc);
  }

  /** The blocks that differ from those there now, table blocks included. */
  Map<Integer, byte[]> changes() {
    Map<Integer, byte[]> changes = new TreeMap<>();
    metadata.forEach((block, bytes) -> {
      byte[] now = model.table.metadata(block) ? model.blocks.get(block) : null;
      if (now == null || model.blocks.doubtful(block) || !Arrays.equals(now, bytes)) {
        changes.put(block, bytes);
      }
    });
    for (int i = 0; i < tables.length; i++) {
      if (!Arrays.equals(tables[i], model.table.block(i))) {
        changes.put(model.geometry.tableStart() + i, tables[i]);
      }
    }
    return changes;
  }

  /** The plan in words. */
  static List<String> show(int chunk, Map<Integer, byte[]> changes) {
    List<String> plan = new ArrayList<>();
    changes.forEach((block, bytes) ->
        plan.add(
            "rewrite chunk %d block %d (%s)"
                .formatted(chunk, block, BlockKind.of(Bytes.u16(bytes, 4)))));
    return plan;
  }
}
