package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what a chunk has in several mapped parts of one file or directory: a chunk has at
 * most one, and none where the head is. What is outside the ranges of its part is put right before.
 */
final class PartMerge {
  private final TreeMap<Integer, ChunkModel> models;
  private final Set<Integer> frozen;
  private final RangeRepair ranges;
  private final Names names;
  private final List<String> log;

  /**
   * @param frozen chunks whose models are not written
   */
  PartMerge(
      TreeMap<Integer, ChunkModel> models, Set<Integer> frozen, Names names, List<String> log) {
    this.models = models;
    this.frozen = frozen;
    this.ranges = new RangeRepair(models, frozen, names, log);
    this.names = names;
    this.log = log;
  }

  void run() {
    for (ChunkModel model : models.values()) {
      for (InodeModel head : List.copyOf(model.inodes.values())) {
        if (head.spread() && doubled(model, head)) {
          ranges.settle(head);
          merge(model, head);
        }
      }
    }
  }

  /** Whether the map leads to several inodes in one chunk. */
  private static boolean doubled(ChunkModel home, InodeModel head) {
    Map<Integer, Long> parts = new HashMap<>();
    parts.put(home.chunk(), head.ino);
    for (Item range : head.of(ItemType.CONTINUATION)) {
      long ino = Items.Continuation.INO.get(range.value(), 0);
      Long other = parts.putIfAbsent(Ino.chunk(ino), ino);
      if (other != null && other != ino) {
        return true;
      }
    }
    return false;
  }

  private void merge(ChunkModel home, InodeModel head) {
    Map<Integer, InodeModel> parts = new HashMap<>();
    parts.put(home.chunk(), head);
    for (Item range : head.of(ItemType.CONTINUATION)) {
      long ino = Items.Continuation.INO.get(range.value(), 0);
      ChunkModel there = models.get(Ino.chunk(ino));
      InodeModel part = there == null ? null : part(there, head, ino);
      if (there == null || part == null || frozen.contains(there.chunk())) {
        continue;
      }
      InodeModel to = parts.putIfAbsent(there.chunk(), part);
      if (to != null && to != part) {
        merge(there, part, to);
        lead(head, to, ino); // also where that is not written: what follows goes by it
      }
    }
  }

  private static @Nullable InodeModel part(ChunkModel there, InodeModel head, long ino) {
    InodeModel part = there.get(ino);
    boolean own =
        part != null
            && part.continuation()
            && InodeRecord.HEAD.get(part.record, 0) == head.ino
            && InodeRecord.HEAD_GENERATION.get(part.record, 0) == head.generation();
    return own ? part : null;
  }

  private void merge(ChunkModel in, InodeModel part, InodeModel to) {
    log.add("join part %s with %s".formatted(Names.show(part), Names.show(to)));
    for (Item entry : part.of(ItemType.DIRENT)) {
      boolean there = names.dirent(to, Names.ofDirent(entry)) != null;
      if (!there && names.addDirent(to, entry) == null) {
        log.add("drop entry '%s'".formatted(Names.show(Names.ofDirent(entry))));
      }
    }
    for (Item extent : part.of(ItemType.EXTENT)) {
      if (overlaps(to, extent)) {
        log.add("drop blocks from %d on, which are there twice".formatted(extent.major()));
      } else {
        to.put(extent);
      }
    }
    to.takeOver(part);
    in.inodes.remove(part.ino);
  }

  private static boolean overlaps(InodeModel inode, Item extent) {
    long from = extent.major();
    long end = from + Items.Extent.COUNT.get(extent.value(), 0);
    return inode.of(ItemType.EXTENT).stream()
        .anyMatch(has ->
            has.major() < end && from < has.major() + Items.Extent.COUNT.get(has.value(), 0));
  }

  /** Ranges that led to a part lead to another one. */
  private static void lead(InodeModel head, InodeModel to, long before) {
    for (Item range : new ArrayList<>(head.of(ItemType.CONTINUATION))) {
      if (Items.Continuation.INO.get(range.value(), 0) == before) {
        head.put(
            Names.with(
                range,
                v -> {
                  Items.Continuation.INO.set(v, 0, to.ino);
                  Items.Continuation.GENERATION.set(v, 0, to.generation());
                }));
      }
    }
  }
}
