package org.chunkfs.fsck.repair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Crc;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Makes extents and table agree, and drops data whose checksum is wrong.
 *
 * <p>Where the table block can be believed it decides whose a block is; where not, extents do. What
 * the table calls a damaged inode's data is given back to it. A block of data that is not what was
 * written becomes a hole in its file: the file's other content goes on being served, and the report
 * names the range.
 */
final class SpaceRepair {
  /** A block of data in use. */
  record Data(long owner, int generation, long logical, int flags, int crc) {}

  private final ChunkModel model;
  private final boolean checkData;
  private final List<String> log;
  private final TreeMap<Integer, Data> data = new TreeMap<>();
  private final Set<Integer> taken = new HashSet<>();

  SpaceRepair(ChunkModel model, boolean checkData, List<String> log) {
    this.model = model;
    this.checkData = checkData;
    this.log = log;
  }

  /** Runs; returns the blocks of data in use. */
  TreeMap<Integer, Data> run() {
    taken.add(model.geometry.stateBlock());
    taken.add(model.geometry.indexBlock());
    for (InodeModel inode : model.inodes.values()) {
      taken.add(Ino.block(inode.ino));
    }
    for (InodeModel inode : model.inodes.values()) {
      if (inode.pages.stream().anyMatch(p -> taken.contains(p[0]))) {
        inode.pages.clear();
        inode.rewrite = true;
      }
      inode.pages.forEach(p -> taken.add(p[0]));
    }
    Map<Long, TreeMap<Long, Integer>> maps = new TreeMap<>();
    for (InodeModel inode : model.inodes.values()) {
      if (inode.regular()) {
        maps.put(inode.ino, new TreeMap<>());
      }
    }
    // Who the block itself says owns it comes before who only says so.
    maps.forEach((ino, map) -> claim(ino, map, true));
    maps.forEach((ino, map) -> claim(ino, map, false));
    giveBack(maps);
    for (InodeModel inode : model.inodes.values()) {
      TreeMap<Long, Integer> map = maps.get(inode.ino);
      if (map != null) {
        store(inode, map);
      }
    }
    return data;
  }

  private void claim(long ino, TreeMap<Long, Integer> map, boolean agreed) {
    InodeModel inode = model.get(ino);
    if (inode == null) {
      return;
    }
    for (Item item : inode.of(ItemType.EXTENT)) {
      int first = Items.Extent.BLOCK.get(item.value(), 0);
      int count = Items.Extent.COUNT.get(item.value(), 0);
      int flags = Items.Extent.FLAGS.get(item.value(), 0);
      for (int i = 0; i < count; i++) {
        if (agrees(inode, first + i, item.major() + i) == agreed
            && take(inode, first + i, item.major() + i, flags)) {
          map.put(item.major() + i, first + i);
        }
      }
    }
  }

  private boolean agrees(InodeModel inode, int block, long logical) {
    BlockTable table = model.table;
    return table.kind(block) == BlockKind.DATA.code()
        && inode.owns(table.owner(block), table.ownerGeneration(block))
        && table.logical(block) == logical;
  }

  private boolean take(InodeModel inode, int block, long logical, int flags) {
    BlockTable table = model.table;
    boolean agrees = agrees(inode, block, logical);
    boolean good = table.trust(block) == BlockTable.Trust.GOOD;
    if (taken.contains(block) || good && !agrees) {
      log.add("drop block %d of inode %s: it is not its own".formatted(logical, show(inode)));
      return false;
    }
    int f = good ? table.flags(block) & TableEntry.UNWRITTEN : flags & TableEntry.UNWRITTEN;
    int crc = table.crc(block);
    if (f == 0 && (checkData || !good)) {
      Integer found = contentCrc(block);
      if (found == null || found != crc && (good || agrees)) {
        log.add(
            "make a hole of block %d of inode %s: its data is damaged"
                .formatted(logical, show(inode)));
        return false;
      }
      if (found != crc) {
        log.add(
            "keep block %d of inode %s: its checksum is lost, its data is unverifiable"
                .formatted(logical, show(inode)));
        crc = found;
      }
    }
    taken.add(block);
    data.put(block, new Data(inode.ino, inode.generation(), logical, f, f == 0 ? crc : 0));
    return true;
  }

  private static String show(InodeModel inode) {
    return Ino.show(inode.ino);
  }

  private @Nullable Integer contentCrc(int block) {
    try {
      return Crc.of(model.scan.reader().read(block, 1));
    } catch (IOException e) {
      return null;
    }
  }

  /** Data that the table knows of, and the inode's damaged tree no more. */
  private void giveBack(Map<Long, TreeMap<Long, Integer>> maps) {
    BlockTable table = model.table;
    Map<Long, InodeModel> gone = new HashMap<>();
    Map<Long, InodeModel> heirs = new HashMap<>();
    for (InodeModel inode : model.inodes.values()) {
      for (InodeModel part : inode.former()) {
        gone.put(part.ino, part);
        heirs.put(part.ino, inode);
      }
    }
    for (int block = model.geometry.bodyStart(); block < model.geometry.bodyEnd(); block++) {
      if (!table.data(block)
          || taken.contains(block)
          || table.trust(block) != BlockTable.Trust.GOOD && !proven(block)) {
        continue;
      }
      long owner = table.owner(block);
      InodeModel part = gone.get(owner);
      InodeModel inode = part == null ? model.get(owner) : heirs.get(owner);
      TreeMap<Long, Integer> map = inode == null ? null : maps.get(inode.ino);
      if (inode == null
          || map == null
          || !inode.rewrite
          || !inode.owns(owner, table.ownerGeneration(block))
          || (part == null ? inode : part).hasGivenUp(table.logical(block))
          || map.containsKey(table.logical(block))) {
        continue;
      }
      if (take(inode, block, table.logical(block), table.flags(block))) {
        log.add("give block %d back to inode %s".formatted(table.logical(block), show(inode)));
        map.put(table.logical(block), block);
      }
    }
  }

  /** Whether a table entry that is only a hint has the checksum of what is in the block. */
  private boolean proven(int block) {
    Integer found =
        (model.table.flags(block) & TableEntry.UNWRITTEN) == 0 ? contentCrc(block) : null;
    return found != null && found == model.table.crc(block);
  }

  private void store(InodeModel inode, TreeMap<Long, Integer> map) {
    List<Item> extents = new ArrayList<>();
    long logical = -1;
    int first = 0;
    int count = 0;
    int flags = 0;
    for (Map.Entry<Long, Integer> e : map.entrySet()) {
      Data of = data.get(e.getValue());
      int f = of == null ? 0 : of.flags();
      if (count > 0
          && e.getKey() == logical + count
          && e.getValue() == first + count
          && f == flags) {
        count++;
        continue;
      }
      add(extents, logical, first, count, flags);
      logical = e.getKey();
      first = e.getValue();
      count = 1;
      flags = f;
    }
    add(extents, logical, first, count, flags);
    if (same(inode.of(ItemType.EXTENT), map)) {
      return;
    }
    inode.of(ItemType.EXTENT).forEach(inode::remove);
    extents.forEach(inode::put);
    inode.rewrite = true;
  }

  private static void add(List<Item> to, long logical, int first, int count, int flags) {
    if (count > 0) {
      byte[] value = new byte[Items.Extent.SIZE];
      Bytes.u32(value, Items.Extent.BLOCK.offset(), first);
      Bytes.u32(value, Items.Extent.COUNT.offset(), count);
      Items.Extent.FLAGS.set(value, 0, flags);
      to.add(new Item(ItemType.EXTENT.code(), logical, 0, value));
    }
  }

  /** Whether extents say just that, so that a sound inode is left alone. */
  private boolean same(List<Item> extents, TreeMap<Long, Integer> map) {
    long blocks = 0;
    for (Item item : extents) {
      int first = Items.Extent.BLOCK.get(item.value(), 0);
      int count = Items.Extent.COUNT.get(item.value(), 0);
      for (int i = 0; i < count; i++) {
        Integer block = map.get(item.major() + i);
        Data of = block == null ? null : data.get(block);
        if (block == null
            || block != first + i
            || of == null
            || of.flags() != Items.Extent.FLAGS.get(item.value(), 0)) {
          return false;
        }
      }
      blocks += count;
    }
    return blocks == map.size();
  }
}
