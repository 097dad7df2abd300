package org.chunkfs.fsck.torture;

import java.util.Map;
import java.util.Set;

/** Two trees of one image, before and after. */
final class TreeComparison {
  private final Census before;
  private final Census after;
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
      kept += now != null && was.sameContent(now) ? 1 : 0;
    }
  }

  int files() {
    return files;
  }

  int kept() {
    return kept;
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
