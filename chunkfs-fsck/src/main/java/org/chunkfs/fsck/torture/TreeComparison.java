package org.chunkfs.fsck.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Two trees of one image, before and after. */
final class TreeComparison {
  private static final int TOLD = 20;

  private final Census before;
  private final Census after;
  private final List<String> lost = new ArrayList<>();
  private int files;
  private int kept;

  TreeComparison(Census before, Census after) {
    this.before = before;
    this.after = after;
  }

  /** Whether the same paths lead to inodes of the same types. */
  boolean sameNames() {
    if (!before.tree.keySet().equals(after.tree.keySet())) {
      return false;
    }
    for (Map.Entry<String, Census.Seen> e : before.tree.entrySet()) {
      Census.Seen now = after.tree.get(e.getKey());
      if (now == null || now.type() != e.getValue().type() || now.ino() != e.getValue().ino()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether every inode has the names, references and link count that it had: each of them is
   * recorded twice.
   */
  boolean sameReferences() {
    for (Map.Entry<Integer, ChunkCensus> e : before.chunks.entrySet()) {
      ChunkCensus now = after.chunks.get(e.getKey());
      if (now == null || !now.nodes.keySet().equals(e.getValue().nodes.keySet())) {
        return false;
      }
      for (ChunkCensus.Node was : e.getValue().nodes.values()) {
        ChunkCensus.Node is = now.nodes.get(was.ino);
        if (is == null || is.references != was.references || is.links != was.links) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether a regular file that is still at its path has other blocks; sizes aside. */
  boolean contentDiffers(Set<Long> but) {
    for (Map.Entry<String, Census.Seen> e : before.tree.entrySet()) {
      Census.Seen was = e.getValue();
      Census.Seen now = after.tree.get(e.getKey());
      if (was.type() == 8
          && now != null
          && !but.contains(was.ino())
          && was.content() != now.content()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Counts regular files whose own data was not touched.
   *
   * @param touched inodes whose data was
   */
  void count(Set<Long> touched) {
    for (Map.Entry<String, Census.Seen> e : before.tree.entrySet()) {
      Census.Seen was = e.getValue();
      if (was.type() != 8 || touched.contains(was.ino())) {
        continue;
      }
      files++;
      Census.Seen now = after.tree.get(e.getKey());
      boolean same = now != null && was.sameContent(now);
      kept += same ? 1 : 0;
      if (!same && lost.size() < TOLD) {
        lost.add("%s: was %s, is %s".formatted(e.getKey(), was, now));
      }
    }
  }

  /** The first of the files that were counted and not kept. */
  List<String> lost() {
    return lost;
  }

  int files() {
    return files;
  }

  int kept() {
    return kept;
  }

  /** The first path whose content or type is another one, in words; null: none. */
  static @Nullable String lost(Census before, Census after) {
    for (Map.Entry<String, Census.Seen> e : before.tree.entrySet()) {
      Census.Seen now = after.tree.get(e.getKey());
      if (now == null || !e.getValue().sameContent(now)) {
        return "%s was %s, is %s".formatted(e.getKey(), e.getValue(), now);
      }
    }
    return null;
  }

  /** The first differences, for people. */
  String difference() {
    StringBuilder text = new StringBuilder();
    int told = 0;
    for (Map.Entry<String, Census.Seen> e : before.tree.entrySet()) {
      Census.Seen now = after.tree.get(e.getKey());
      if (told < 3 && !e.getValue().equals(now)) {
        text.append(e.getKey()).append(" was ").append(e.getValue()).append(", is ").append(now);
        text.append("; ");
        told++;
      }
    }
    for (String path : after.tree.keySet()) {
      if (told < 5 && !before.tree.containsKey(path)) {
        text.append(path).append(" is new; ");
        told++;
      }
    }
    return text.toString();
  }
}
