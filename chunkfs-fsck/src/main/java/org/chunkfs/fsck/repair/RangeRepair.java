package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Settles what parts of spread files and directories hold outside the ranges that the map of their
 * head gives them: so it is where one of two chunks has forgotten that a range was moved.
 *
 * <p>An entry goes to the part that its range leads to, unless that has it already. An extent stays
 * where its blocks are, and the map follows, unless another part has something there: then the part
 * that the range leads to is right.
 */
final class RangeRepair {
  private final TreeMap<Integer, ChunkModel> models;
  private final Set<Integer> frozen;
  private final Names names;
  private final List<String> log;

  /**
   * @param frozen chunks whose models are not written
   */
  RangeRepair(
      TreeMap<Integer, ChunkModel> models, Set<Integer> frozen, Names names, List<String> log) {
    this.models = models;
    this.frozen = frozen;
    this.names = names;
    this.log = log;
  }

  void run() {
    for (ChunkModel model : models.values()) {
      for (InodeModel head : List.copyOf(model.inodes.values())) {
        if (head.spread()) {
          settle(head);
        }
      }
    }
  }

  /** Settles the ranges of one file or directory. */
  void settle(InodeModel head) {
    parts(head).forEach(part -> settle(head, part));
  }

  /**
   * The head, and each part that its map leads to and that knows it; none of which neither it nor
   * the map is written.
   */
  private List<InodeModel> parts(InodeModel head) {
    List<InodeModel> parts = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    boolean mapped = !frozen(head);
    for (long ino : ranges(head).values()) {
      InodeModel part = seen.add(ino) && ino != head.ino ? part(head, ino) : null;
      if (part != null && (mapped || !frozen(part))) {
        parts.add(part);
      }
    }
    if (mapped) {
      parts.add(head);
    }
    return parts;
  }

  private boolean frozen(InodeModel inode) {
    return frozen.contains(Ino.chunk(inode.ino));
  }

  private @Nullable InodeModel part(InodeModel head, long ino) {
    ChunkModel model = models.get(Ino.chunk(ino));
    InodeModel part = model == null ? null : model.get(ino);
    boolean own =
        part != null
            && (ino == head.ino
                || part.continuation()
                    && InodeRecord.HEAD.get(part.record, 0) == head.ino
                    && InodeRecord.HEAD_GENERATION.get(part.record, 0) == head.generation());
    return own ? part : null;
  }

  /** Where each range begins, unsigned, and which part it leads to; the first one to the head. */
  private static TreeMap<Long, Long> ranges(InodeModel head) {
    TreeMap<Long, Long> ranges = new TreeMap<>(Long::compareUnsigned);
    ranges.put(0L, head.ino);
    for (Item range : head.of(ItemType.CONTINUATION)) {
      ranges.put(range.major(), Items.Continuation.INO.get(range.value(), 0));
    }
    return ranges;
  }

  private void settle(InodeModel head, InodeModel part) {
    for (Item entry : frozen(part) ? List.<Item>of() : part.of(ItemType.DIRENT)) {
      long owner = ranges(head).floorEntry(entry.major()).getValue();
      if (owner != part.ino) {
        entry(head, part, entry, owner);
      }
    }
    for (Item extent : part.of(ItemType.EXTENT)) {
      long from = extent.major();
      long end = from + Items.Extent.COUNT.get(extent.value(), 0);
      TreeMap<Long, Long> ranges = ranges(head);
      if (ranges.floorEntry(from).getValue() != part.ino
          || ranges.floorKey(end - 1) != (long) ranges.floorKey(from)) {
        extent(head, part, extent, end);
      }
    }
  }

  private void entry(InodeModel head, InodeModel part, Item entry, long owner) {
    InodeModel to = part(head, owner);
    if (to == null) {
      return; // it cannot be asked
    }
    byte[] name = Names.ofDirent(entry);
    boolean there = names.dirent(to, name) != null;
    if (!there && frozen(to)) {
      return;
    }
    part.remove(entry);
    if (!there) {
      log.add("move entry '%s' to part %s".formatted(Names.show(name), Names.show(to)));
      names.addDirent(to, entry);
    }
  }

  private void extent(InodeModel head, InodeModel part, Item extent, long end) {
    long from = extent.major();
    if (unasked(head, from, end)) {
      return;
    }
    boolean taken = false;
    for (long ino : ranges(head).values()) {
      InodeModel other = ino == part.ino ? null : part(head, ino);
      for (Item has : other == null ? List.<Item>of() : other.of(ItemType.EXTENT)) {
        taken |= has.major() < end && from < has.major() + Items.Extent.COUNT.get(has.value(), 0);
      }
    }
    if (frozen(taken ? part : head)) {
      return; // what has to be changed is written another time
    }
    if (taken) {
      log.add(
          "drop blocks %d to %d of part %s, which lie outside its ranges"
              .formatted(from, end - 1, Names.show(part)));
      part.remove(extent);
      giveUp(head, part, from, end);
      return;
    }
    log.add(
        "give blocks %d to %d of inode %s to its part %s"
            .formatted(from, end - 1, Names.show(head), Names.show(part)));
    long after = ranges(head).floorEntry(end).getValue();
    for (Item range : head.of(ItemType.CONTINUATION)) {
      if (range.major() >= from && range.major() < end) {
        head.remove(range);
      }
    }
    lead(head, from, part);
    if (head.find(ItemType.CONTINUATION, end, 0) == null) {
      InodeModel then = part(head, after);
      if (then != null) {
        lead(head, end, then);
      }
    }
  }

  /** Whether some of these blocks, or the one after them, may be in a part that was not asked. */
  private boolean unasked(InodeModel head, long from, long end) {
    TreeMap<Long, Long> ranges = ranges(head);
    for (long ino : ranges.subMap(ranges.floorKey(from), true, end, true).values()) {
      if (ino != head.ino && !models.containsKey(Ino.chunk(ino))) {
        return true;
      }
    }
    return false;
  }

  /** What of these blocks is in other parts' ranges; the rest the table may give back. */
  private static void giveUp(InodeModel head, InodeModel part, long from, long end) {
    TreeMap<Long, Long> ranges = ranges(head);
    long at = from;
    while (at < end) {
      Long next = ranges.higherKey(at);
      long to = next == null ? end : Math.min(next, end);
      if (ranges.floorEntry(at).getValue() != part.ino) {
        part.giveUp(at, to);
      }
      at = to;
    }
  }

  private static void lead(InodeModel head, long from, InodeModel part) {
    byte[] value = new byte[Items.Continuation.SIZE];
    Items.Continuation.INO.set(value, 0, part.ino);
    Items.Continuation.GENERATION.set(value, 0, part.generation());
    head.put(new Item(ItemType.CONTINUATION.code(), from, 0, value));
  }
}
