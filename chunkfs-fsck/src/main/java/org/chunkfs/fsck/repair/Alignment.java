package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.ItemEdit;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.jspecify.annotations.Nullable;

/**
 * What brings chunks into line with each other that are each in order, worked out as a repair would
 * and written as changes that chunks in service can make.
 */
public final class Alignment {
  private final TreeMap<Integer, ChunkModel> models = new TreeMap<>();
  private final Map<Long, Before> before = new HashMap<>();
  private final List<ItemEdit> edits = new ArrayList<>();
  private final Set<Integer> others = new TreeSet<>();
  private final List<String> log = new ArrayList<>();

  private record Before(byte[] record, TreeSet<Item> items) {}

  /**
   * What there is to do.
   *
   * @param edits of entries and cross references, by chunk
   * @param others chunks that need more than that
   * @param log the same in words
   */
  public record Changes(List<ItemEdit> edits, Set<Integer> others, List<String> log) {}

  private Alignment() {}

  /**
   * Works it out; writes nothing.
   *
   * @param keep which parts of the journals count
   * @param chunks to bring into line, all of one moment
   * @param facts of all chunks: those that are not among {@code chunks} are not asked
   * @param wrong what was found across chunks; circles of directories are cut
   */
  public static Changes of(
      BlockDevice device,
      ImageLayout layout,
      Keep keep,
      Set<Integer> chunks,
      Map<Integer, ChunkFacts> facts,
      List<Finding> wrong) {
    Alignment all = new Alignment();
    for (int chunk : chunks) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      ChunkScan scan = ChunkScan.open(reader, keep, new Findings(chunk));
      BlockTable table = scan.table();
      MetaBlocks blocks = scan.blocks();
      if (table != null && blocks != null && !table.blank()) {
        all.remember(ChunkModel.load(scan, table, blocks, new ArrayList<>()));
      }
    }
    Set<Integer> unknown = new TreeSet<>(facts.keySet());
    unknown.removeAll(chunks);
    new CycleCut(all.models, true, layout.hashKey(), all.log).run(wrong);
    new CrossRepair(all.models, unknown, Set.of(), layout.hashKey(), all.log).run();
    for (ChunkModel model : all.models.values()) {
      model.inodes.values().forEach(inode -> all.compare(model.chunk(), inode));
    }
    for (long ino : all.before.keySet()) {
      ChunkModel model = all.models.get(Ino.chunk(ino));
      if (model != null && model.get(ino) == null) {
        all.others.add(model.chunk());
      }
    }
    all.edits.removeIf(edit -> all.others.contains(chunkOf(edit)));
    return new Changes(List.copyOf(all.edits), Set.copyOf(all.others), List.copyOf(all.log));
  }

  private static int chunkOf(ItemEdit edit) {
    return Ino.chunk(edit.ino());
  }

  private void remember(ChunkModel model) {
    models.put(model.chunk(), model);
    for (InodeModel inode : model.inodes.values()) {
      before.put(inode.ino, new Before(inode.record.clone(), new TreeSet<>(inode.items)));
    }
  }

  private void compare(int chunk, InodeModel inode) {
    Before was = before.get(inode.ino);
    if (was == null || !Arrays.equals(was.record, inode.record)) {
      others.add(chunk);
      return;
    }
    TreeSet<Item> keys = new TreeSet<>(was.items);
    keys.addAll(inode.items);
    for (Item key : keys) {
      byte @Nullable [] from = value(was.items, key);
      byte @Nullable [] to = value(inode.items, key);
      if (!Arrays.equals(from, to)) {
        edit(chunk, inode, key, from, to);
      }
    }
  }

  private static byte @Nullable [] value(TreeSet<Item> items, Item key) {
    Item found = items.ceiling(key);
    return found != null && found.compareTo(key) == 0 ? found.value() : null;
  }

  private void edit(
      int chunk, InodeModel inode, Item key, byte @Nullable [] from, byte @Nullable [] to) {
    ItemType type = key.kind();
    if (type == ItemType.DIRENT || type == ItemType.XREF_OUT || type == ItemType.XREF_IN) {
      edits.add(
          new ItemEdit(inode.ino, inode.generation(), type, key.major(), key.minor(), from, to));
    } else {
      others.add(chunk);
    }
  }
}
