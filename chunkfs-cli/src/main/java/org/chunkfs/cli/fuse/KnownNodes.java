package org.chunkfs.cli.fuse;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.chunkfs.core.format.Ino;

/**
 * The inodes that the kernel has in memory, counted as it counts them: one for each entry it is
 * told, less what it forgets. Only for telling it which of them have changed: an inode that is
 * missing here is still served.
 *
 * <p>The kernel has more memory than this process, and may know millions: three bytes for each, in
 * pages of neighbours. An inode that it was told of more often than a byte can count stays known.
 */
final class KnownNodes {
  private static final int PAGE_BITS = 9;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int MANY = 0xFF;

  private final ConcurrentHashMap<Long, Page> pages = new ConcurrentHashMap<>();

  /** Inodes whose numbers follow one another; guarded by its place in the map. */
  private static final class Page {
    private final char[] generations = new char[PAGE];
    private final byte[] counts = new byte[PAGE];
    private int known;

    void told(int at, char generation) {
      int count = counts[at] & 0xFF;
      if (count == 0) {
        known++;
      } else if (generations[at] != generation) {
        count = 0; // the one before is gone; its entries are forgotten under its own id
      }
      generations[at] = generation;
      counts[at] = (byte) Math.min(count + 1, MANY);
    }

    void forgotten(int at, char generation, long entries) {
      int count = counts[at] & 0xFF;
      if (count == 0 || count == MANY || generations[at] != generation) {
        return;
      }
      counts[at] = (byte) Math.max(count - entries, 0);
      known -= counts[at] == 0 ? 1 : 0;
    }
  }

  private static long page(long node) {
    return Ino.ofId(node) >>> PAGE_BITS;
  }

  private static int at(long node) {
    return (int) node & PAGE - 1;
  }

  /** An entry for the inode is about to be told to the kernel. */
  void told(long node) {
    pages.compute(
        page(node),
        (_, known) -> {
          Page page = known == null ? new Page() : known;
          page.told(at(node), (char) Ino.generationBits(node));
          return page;
        });
  }

  /** The kernel takes back so many of the entries it was told. */
  void forgotten(long node, long entries) {
    pages.computeIfPresent(
        page(node),
        (_, page) -> {
          page.forgotten(at(node), (char) Ino.generationBits(node), entries);
          return page.known == 0 ? null : page;
        });
  }

  /** Those of the inodes that are known now and that a test picks. */
  LongStream which(LongPredicate test) {
    LongStream.Builder nodes = LongStream.builder();
    for (long first : pages.keySet()) {
      pages.computeIfPresent(
          first,
          (_, page) -> {
            for (int at = 0; at < PAGE; at++) {
              long node = Ino.id(first << PAGE_BITS | at, page.generations[at]);
              if (page.counts[at] != 0) {
                nodes.add(node);
              }
            }
            return page;
          });
    }
    return nodes.build().filter(test);
  }
}
