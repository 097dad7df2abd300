package org.chunkfs.core.volume;

import java.util.concurrent.ConcurrentHashMap;

/** Which inodes somebody holds open, by node id, and how often. */
final class OpenFiles {
  private final ConcurrentHashMap<Long, Integer> holds = new ConcurrentHashMap<>();

  /** One more hold; called under the read lock of the inode's chunk, so that it cannot go. */
  void hold(long id) {
    holds.merge(id, 1, Integer::sum);
  }

  /** One hold less; true if it was the last. */
  boolean letGo(long id) {
    return holds.computeIfPresent(id, (_, n) -> n == 1 ? null : n - 1) == null;
  }

  boolean isHeld(long id) {
    return holds.containsKey(id);
  }

  long count() {
    return holds.size();
  }
}
