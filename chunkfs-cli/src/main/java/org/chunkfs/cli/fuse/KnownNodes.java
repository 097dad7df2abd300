package org.chunkfs.cli.fuse;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * The inodes that the kernel has in memory, counted as it counts them: one for each entry it is
 * told, less what it forgets. Only for telling it which of them have changed: an inode that is
 * missing here is still served.
 */
final class KnownNodes {
  private final ConcurrentHashMap<Long, Long> counts = new ConcurrentHashMap<>();

  /** An entry for the inode is about to be told to the kernel. */
  void told(long node) {
    counts.merge(node, 1L, Long::sum);
  }

  /** The kernel takes back so many of the entries it was told. */
  void forgotten(long node, long entries) {
    counts.computeIfPresent(node, (_, count) -> count > entries ? count - entries : null);
  }

  /** Those of the inodes that are known now and that a test picks. */
  LongStream which(LongPredicate test) {
    return counts.keySet().stream().mapToLong(Long::longValue).filter(test);
  }
}
