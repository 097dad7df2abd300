package org.chunkfs.fsck.torture;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Journal;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/** What an image holds, by path: what a repair is judged by. */
final class Census {
  /**
   * Something at a path.
   *
   * @param content sum over its content; of a directory 0
   * @param xattrs sum over its extended attributes
   * @param attributes sum over owner, device and times
   */
  record Seen(
      long ino, int generation, int mode, long size, long content, long xattrs, long attributes) {
    int type() {
      return mode >> 12;
    }

    boolean sameContent(Seen other) {
      return type() == other.type() && size == other.size && content == other.content;
    }

    boolean sameAttributes(Seen other) {
      return mode == other.mode && attributes == other.attributes && xattrs == other.xattrs;
    }
  }

  private record Place(long ino, String path) {}

  private record Key(int records, long end) {}

  final Map<Integer, ChunkCensus> chunks = new TreeMap<>();

  /** By path; the root is the empty path. */
  final TreeMap<String, Seen> tree = new TreeMap<>();

  /** What each inode with a path is. */
  final Map<Long, Seen> byInode = new HashMap<>();

  private Census() {}

  /** Counts an image whose check is clean. */
  static Census of(ScratchDevice device, ImageLayout layout, Keep keep) {
    Census census = new Census();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      if (reader.present()) {
        census.chunks.put(
            chunk,
            device.recall(
                chunk,
                key(Journal.of(reader, device), keep, chunk),
                () ->
                    ChunkCensus.of(
                        ChunkScan.open(reader, keep, device, new Findings(reader.chunk())))));
      }
    }
    census.walk(layout.root());
    return census;
  }

  private static Key key(Journal journal, Keep keep, int chunk) {
    byte[] header = journal.headers().header();
    if (journal.ring() == null || header == null) {
      return new Key(0, 0);
    }
    RingScanner.Scan kept = keep.keep(chunk, header, journal.ring().scan());
    return new Key(kept.records().size(), kept.end());
  }

  ChunkCensus.@Nullable Node node(long ino) {
    ChunkCensus of = chunks.get(org.chunkfs.core.format.Ino.chunk(ino));
    return of == null ? null : of.nodes.get(ino);
  }

  private void walk(long root) {
    ArrayDeque<Place> left = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    left.add(new Place(root, ""));
    while (!left.isEmpty()) {
      Place at = left.remove();
      ChunkCensus.Node node = node(at.ino);
      if (node == null) {
        continue;
      }
      Seen what = byInode.computeIfAbsent(at.ino, _ -> seen(node));
      tree.put(at.path, what);
      if (node.directory() && seen.add(at.ino)) {
        below(node, at.path, left);
        for (long part : new HashSet<>(node.parts)) {
          ChunkCensus.Node there = part == node.ino ? null : node(part);
          if (there != null) {
            below(there, at.path, left);
          }
        }
      }
    }
  }

  private static void below(ChunkCensus.Node node, String path, ArrayDeque<Place> left) {
    for (ChunkCensus.Entry entry : node.entries) {
      left.add(new Place(entry.target(), path + "/" + entry.name()));
    }
  }

  private Seen seen(ChunkCensus.Node node) {
    long content = node.content;
    if (node.regular()) {
      for (long part : new HashSet<>(node.parts)) {
        ChunkCensus.Node there = part == node.ino ? null : node(part);
        content += there == null ? 0 : there.content;
      }
    }
    return new Seen(
        node.ino, node.generation, node.mode, node.size, content, node.xattrs, node.attributes);
  }
}
