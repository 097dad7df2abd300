package org.chunkfs.fsck.repair;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Brings heads and the parts of theirs that lie in other chunks together: ranges that lead to no
 * part, parts that no range leads to, and what each side knows of the other.
 */
final class PartRepair {
  private final TreeMap<Integer, ChunkModel> models;
  private final Set<Integer> unknown;
  private final Set<Integer> frozen;
  private final ExpectedRefs refs;
  private final List<String> log;

  /**
   * @param unknown chunks that cannot be read
   * @param frozen chunks whose models are not written
   * @param refs gets the references that are to be
   */
  PartRepair(
      TreeMap<Integer, ChunkModel> models,
      Set<Integer> unknown,
      Set<Integer> frozen,
      ExpectedRefs refs,
      List<String> log) {
    this.models = models;
    this.unknown = unknown;
    this.frozen = frozen;
    this.refs = refs;
    this.log = log;
  }

  void run() {
    Map<Long, InodeModel> mapped = new HashMap<>();
    for (ChunkModel model : models.values()) {
      for (InodeModel head : List.copyOf(model.inodes.values())) {
        if (head.spread()) {
          map(model, head, mapped);
        }
      }
    }
    for (ChunkModel model : models.values()) {
      for (InodeModel part : List.copyOf(model.inodes.values())) {
        if (part.continuation()
            && !frozen.contains(model.chunk())
            && !mapped.containsKey(part.ino)) {
          stray(model, part);
        }
      }
    }
  }

  private void map(ChunkModel model, InodeModel head, Map<Long, InodeModel> mapped) {
    long before = head.ino;
    long blocks = 0;
    boolean whole = true;
    boolean any = false;
    for (Item range : head.of(ItemType.CONTINUATION)) {
      long ino = Items.Continuation.INO.get(range.value(), 0);
      ChunkModel there = models.get(Ino.chunk(ino));
      InodeModel part = there == null ? null : there.get(ino);
      boolean away =
          unknown.contains(Ino.chunk(ino))
              || CrossRepair.settled(models, frozen, model.chunk(), Ino.chunk(ino));
      boolean good =
          ino == head.ino
              || away
              || part != null
                  && part.continuation()
                  && InodeRecord.HEAD.get(part.record, 0) == head.ino
                  && InodeRecord.HEAD_GENERATION.get(part.record, 0) == head.generation();
      if (!good || ino == before) {
        log.add("drop a range of the map of inode " + Names.show(head));
        head.remove(range);
        continue;
      }
      before = ino;
      if (ino == head.ino) {
        continue;
      }
      if (part != null
          && Items.Continuation.GENERATION.get(range.value(), 0) != part.generation()) {
        log.add("correct a range of the map of inode " + Names.show(head));
        head.put(
            Names.with(range, v -> Items.Continuation.GENERATION.set(v, 0, part.generation())));
      }
      any = true;
      if (away) {
        whole = false;
        int generation = Items.Continuation.GENERATION.get(range.value(), 0);
        keepCont(model, ItemType.CONT_OUT, ino, head.ino, head.generation(), generation);
        continue;
      }
      if (part != null) {
        int generation = part.generation();
        if (Items.Continuation.GENERATION.get(range.value(), 0) != generation) {
          head.put(Names.with(range, v -> Items.Continuation.GENERATION.set(v, 0, generation)));
        }
      }
      if (part != null && mapped.put(ino, head) == null) {
        blocks += head.regular() ? InodeRecord.BLOCKS.get(part.record, 0) : 0;
        InodeRecord.MODE.set(part.record, 0, head.mode() & Vfs.S_IFMT);
        link(model.chunk(), head, part);
      }
    }
    if (!any) {
      InodeRecord.FLAGS.set(head.record, 0, 0);
      head.of(ItemType.CONTINUATION).forEach(head::remove);
    }
    if (whole) {
      InodeRecord.REMOTE_BLOCKS.set(head.record, 0, any ? blocks : 0);
    }
  }

  private void link(int chunk, InodeModel head, InodeModel part) {
    Item out = findCont(chunk, ItemType.CONT_OUT, part.ino, head.ino);
    Item in = findCont(Ino.chunk(part.ino), ItemType.CONT_IN, head.ino, part.ino);
    byte[] value = contRef(head.generation(), part.generation(), out, in);
    refs.out(chunk, new Item(ItemType.CONT_OUT.code(), part.ino, head.ino, value));
    refs.in(Ino.chunk(part.ino), new Item(ItemType.CONT_IN.code(), head.ino, part.ino, value));
  }

  /** A reference that carries the newest commit that either side knows of. */
  private static byte[] contRef(int headGeneration, int generation, @Nullable Item... known) {
    byte[] value = new byte[Items.ContinuationRef.SIZE];
    long g = 0;
    for (Item item : known) {
      if (item != null && item.value().length == Items.ContinuationRef.SIZE) {
        long its = Items.ContinuationRef.G.get(item.value(), 0);
        g = Long.compareUnsigned(its, g) > 0 ? its : g;
      }
    }
    Items.ContinuationRef.HEAD_GENERATION.set(value, 0, headGeneration);
    Items.ContinuationRef.GENERATION.set(value, 0, generation);
    Items.ContinuationRef.G.set(value, 0, g);
    return value;
  }

  private @Nullable Item findCont(int chunk, ItemType type, long major, long minor) {
    ChunkModel model = models.get(chunk);
    return model == null
        ? null
        : model
            .own(type == ItemType.CONT_OUT ? ChunkGeometry.XREFS_OUT : ChunkGeometry.XREFS_IN)
            .find(type, major, minor);
  }

  /** The other side cannot be asked: the reference is as this one says. */
  private void keepCont(
      ChunkModel model, ItemType type, long major, long minor, int headGeneration, int generation) {
    Item known = findCont(model.chunk(), type, major, minor);
    Item ref = new Item(type.code(), major, minor, contRef(headGeneration, generation, known));
    if (type == ItemType.CONT_OUT) {
      refs.out(model.chunk(), ref);
    } else {
      refs.in(model.chunk(), ref);
    }
  }

  /** A part without a head becomes a file or directory of its own, for lost+found. */
  private void stray(ChunkModel model, InodeModel part) {
    long head = InodeRecord.HEAD.get(part.record, 0);
    if (unknown.contains(Ino.chunk(head))) {
      int headGeneration = InodeRecord.HEAD_GENERATION.get(part.record, 0);
      keepCont(model, ItemType.CONT_IN, head, part.ino, headGeneration, part.generation());
      return;
    }
    log.add(
        "make the part %s, whose head is gone, an inode of its own".formatted(Names.show(part)));
    part.standAlone();
  }
}
