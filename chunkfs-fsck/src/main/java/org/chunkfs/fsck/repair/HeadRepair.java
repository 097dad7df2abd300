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
    long named = InodeRecord.HEAD.get(part.record, 0);
    int generation = InodeRecord.HEAD_GENERATION.get(part.record, 0);
    InodeModel index = model.own(ChunkGeometry.XREFS_IN);
    boolean lost = named == 0 || Ino.chunk(named) == model.chunk(); // parts lie elsewhere
    Item known = lost ? null : index.find(ItemType.CONT_IN, named, part.ino);
    if (known != null && generation(known) == generation) {
      return;
    }
    Item first = null;
    for (Item in : index.of(ItemType.CONT_IN)) {
      if (in.minor() == part.ino && Ino.chunk(in.major()) != model.chunk()) {
        if (maps.lead(in.major(), generation(in), part)) {
          give(part, in);
          return;
        }
        first = first == null ? in : first;
      }
    }
    if (lost && first != null) {
      give(part, first);
    } else if (lost) {
      log.add(
          "make the part %s, whose head is lost, an inode of its own".formatted(Names.show(part)));
      part.standAlone();
    }
  }

  private void give(InodeModel part, Item reference) {
    InodeRecord.HEAD.set(part.record, 0, reference.major());
    InodeRecord.HEAD_GENERATION.set(part.record, 0, generation(reference));
    log.add("give the part %s its head again".formatted(Names.show(part)));
  }

  private static int generation(Item reference) {
    return Items.ContinuationRef.HEAD_GENERATION.get(reference.value(), 0);
  }
}
