package org.chunkfs.fsck.repair;

import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.scan.Item;

/**
 * Gives the parts of spread files and directories in one chunk the head that they do not name, or
 * not rightly. Who else knows it: the chunk's reference to the part, and the map of the head.
 */
final class HeadRepair {

  /** Asks the maps of heads. */
  interface Maps {
    /** Whether the map of an inode leads to a part. */
    boolean lead(long head, int generation, InodeModel part);
  }

  private final ChunkModel model;
  private final Maps maps;
  private final List<String> log;

  HeadRepair(ChunkModel model, Maps maps, List<String> log) {
    this.model = model;
    this.maps = maps;
    this.log = log;
  }

  /** Maps as checks of their chunks have found them. */
  static Maps found(Map<Integer, ChunkFacts> facts) {
    return (head, generation, part) -> {
      ChunkFacts there = facts.get(Ino.chunk(head));
      return there != null
          && there.heads().stream()
              .filter(h -> h.inode() == head && h.generation() == generation)
              .flatMap(h -> h.map().stream())
              .anyMatch(r -> r.part() == part.ino && r.generation() == part.generation());
    };
  }

  /** Maps as they are in models. */
  static Maps of(Map<Integer, ChunkModel> models) {
    return (ino, generation, part) -> {
      ChunkModel there = models.get(Ino.chunk(ino));
      InodeModel head = there == null ? null : there.get(ino);
      return head != null
          && head.spread()
          && head.generation() == generation
          && head.of(ItemType.CONTINUATION).stream().anyMatch(range -> leads(range, part));
    };
  }

  private static boolean leads(Item range, InodeModel part) {
    return Items.Continuation.INO.get(range.value(), 0) == part.ino
        && Items.Continuation.GENERATION.get(range.value(), 0) == part.generation();
  }

  void run() {
    for (InodeModel part : model.inodes.values()) {
      if (part.continuation()) {
        repair(part);
      }
    }
  }

  private void repair(InodeModel part) {
    boolean none = InodeRecord.HEAD.get(part.record, 0) == 0;
    for (Item in : model.own(ChunkGeometry.XREFS_IN).of(ItemType.CONT_IN)) {
      if (in.minor() == part.ino) {
        int generation = Items.ContinuationRef.HEAD_GENERATION.get(in.value(), 0);
        if (none
            || !names(part, in.major(), generation) && maps.lead(in.major(), generation, part)) {
          InodeRecord.HEAD.set(part.record, 0, in.major());
          InodeRecord.HEAD_GENERATION.set(part.record, 0, generation);
          log.add("give the part %s its head again".formatted(Names.show(part)));
          return;
        }
      }
    }
    if (none) {
      log.add(
          "make the part %s, whose head is lost, an inode of its own".formatted(Names.show(part)));
      part.standAlone();
    }
  }

  private static boolean names(InodeModel part, long head, int generation) {
    return InodeRecord.HEAD.get(part.record, 0) == head
        && InodeRecord.HEAD_GENERATION.get(part.record, 0) == generation;
  }
}
