package org.chunkfs.fsck.repair;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.fsck.scan.Item;

/** The cross references of each chunk as they have to be: what its indexes are made of. */
final class ExpectedRefs {
  private final TreeMap<Integer, ChunkModel> models;
  private final Map<Integer, Set<Item>> outs = new TreeMap<>();
  private final Map<Integer, Set<Item>> ins = new TreeMap<>();

  ExpectedRefs(TreeMap<Integer, ChunkModel> models) {
    this.models = models;
    for (int chunk : models.keySet()) {
      outs.put(chunk, new HashSet<>());
      ins.put(chunk, new HashSet<>());
    }
  }

  /** An outbound reference of a chunk; of one that cannot be read it is forgotten. */
  void out(int chunk, Item reference) {
    add(outs, chunk, reference);
  }

  /** An inbound one. */
  void in(int chunk, Item reference) {
    add(ins, chunk, reference);
  }

  private static void add(Map<Integer, Set<Item>> to, int chunk, Item reference) {
    Set<Item> of = to.get(chunk);
    if (of != null) {
      of.add(reference);
    }
  }

  /** Makes the indexes of all chunks so. */
  void write() {
    for (ChunkModel model : models.values()) {
      sync(model.own(ChunkGeometry.XREFS_OUT), outs.getOrDefault(model.chunk(), Set.of()));
      sync(model.own(ChunkGeometry.XREFS_IN), ins.getOrDefault(model.chunk(), Set.of()));
    }
  }

  private static void sync(InodeModel index, Set<Item> expected) {
    for (Item item : List.copyOf(index.items)) {
      if (!expected.contains(item)) {
        index.remove(item);
      }
    }
    for (Item item : expected) {
      if (!index.items.contains(item)) {
        index.put(item);
      }
    }
  }
}
