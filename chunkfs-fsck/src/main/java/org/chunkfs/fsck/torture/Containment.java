package org.chunkfs.fsck.torture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.format.Ino;

/**
 * Whether a repair left alone what was in order: a chunk without damage keeps its bytes; one that
 * has references to or from a damaged one keeps every inode, content and attribute, and only
 * references may differ. The chunk of the root directory may get an entry for a lost+found.
 */
final class Containment {
  private Containment() {}

  /** Adds what was broken to {@code violations}. */
  static void judge(
      Specimen specimen,
      Set<Integer> damaged,
      ScratchDevice device,
      Census after,
      List<String> violations) {
    Set<Integer> may = new TreeSet<>(Set.of(Ino.chunk(specimen.layout.root())));
    for (int chunk : damaged) {
      may.addAll(specimen.neighbours.getOrDefault(chunk, Set.of()));
    }
    for (int chunk = 0; chunk < specimen.layout.chunks(); chunk++) {
      if (damaged.contains(chunk) || !device.touched(chunk)) {
        continue;
      }
      if (!may.contains(chunk)) {
        violations.add("the repair wrote to chunk %d, which was in order".formatted(chunk));
        continue;
      }
      String changed = changed(specimen.census.chunks.get(chunk), after.chunks.get(chunk));
      if (changed != null) {
        violations.add(
            "the repair changed chunk %d, which was in order: %s".formatted(chunk, changed));
      }
    }
  }

  private static @org.jspecify.annotations.Nullable String changed(
      @org.jspecify.annotations.Nullable ChunkCensus before,
      @org.jspecify.annotations.Nullable ChunkCensus after) {
    if (before == null || after == null) {
      return null;
    }
    for (Map.Entry<Long, ChunkCensus.Node> e : before.nodes.entrySet()) {
      ChunkCensus.Node was = e.getValue();
      ChunkCensus.Node now = after.nodes.get(e.getKey());
      if (was.continuation() || was.index()) {
        continue;
      }
      if (now == null) {
        return "inode " + Ino.show(was.ino) + " is gone";
      }
      if (was.content != now.content
          || was.size != now.size
          || was.mode != now.mode
          || was.generation != now.generation
          || was.xattrs != now.xattrs
          || was.attributes != now.attributes) {
        return "inode " + Ino.show(was.ino) + " is another";
      }
    }
    return null;
  }
}
