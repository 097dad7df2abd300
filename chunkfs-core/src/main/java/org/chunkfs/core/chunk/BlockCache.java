package org.chunkfs.core.chunk;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The metadata blocks of one incarnation that are in memory, by block number. */
final class BlockCache {
  private static final int SHIFT = 9;
  private static final int PAGE = 1 << SHIFT;

  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable CachedBlock>> pages;
  private final LongAdder resident;

  /**
   * @param resident the volume's count of blocks in memory
   */
  BlockCache(int blocks, LongAdder resident) {
    pages = new AtomicReferenceArray<>((blocks + PAGE - 1) >>> SHIFT);
    this.resident = resident;
  }

  @Nullable CachedBlock get(int block) {
    AtomicReferenceArray<@Nullable CachedBlock> page = pages.get(block >>> SHIFT);
    if (page == null) {
      return null;
    }
    CachedBlock found = page.get(block & PAGE - 1);
    if (found != null && !found.referenced) {
      found.referenced = true;
    }
    return found;
  }

  /** Makes {@code now} the block, whatever was there. */
  void put(int block, @Nullable CachedBlock now) {
    CachedBlock before = page(block).getAndSet(block & PAGE - 1, now);
    resident.add((now == null ? 0 : 1) - (before == null ? 0 : 1));
  }

  /** Puts a block just read in an empty place; false if another came first. */
  boolean putIfAbsent(int block, CachedBlock read) {
    boolean done = page(block).compareAndSet(block & PAGE - 1, null, read);
    if (done) {
      resident.increment();
    }
    return done;
  }

  private boolean drop(int block, CachedBlock clean) {
    boolean done = page(block).compareAndSet(block & PAGE - 1, clean, null);
    if (done) {
      resident.decrement();
    }
    return done;
  }

  /** Drops clean blocks not used since the last call; returns how many. */
  int evict(int most) {
    int dropped = 0;
    for (int p = 0; p < pages.length() && dropped < most; p++) {
      AtomicReferenceArray<@Nullable CachedBlock> page = pages.get(p);
      if (page == null) {
        continue;
      }
      for (int i = 0; i < PAGE && dropped < most; i++) {
        CachedBlock b = page.get(i);
        if (b == null || b.dirty) {
          continue;
        }
        if (b.referenced) {
          b.referenced = false;
        } else if (drop(p << SHIFT | i, b)) {
          dropped++;
        }
      }
    }
    return dropped;
  }

  /** Called for each block that differs from the one in place. */
  interface DirtySink {
    void accept(int block, CachedBlock dirty);
  }

  void forEachDirty(DirtySink sink) {
    for (int p = 0; p < pages.length(); p++) {
      AtomicReferenceArray<@Nullable CachedBlock> page = pages.get(p);
      if (page == null) {
        continue;
      }
      for (int i = 0; i < PAGE; i++) {
        CachedBlock b = page.get(i);
        if (b != null && b.dirty) {
          sink.accept(p << SHIFT | i, b);
        }
      }
    }
  }

  /** Forgets everything, so that the volume's count is right after a fence. */
  void clear() {
    for (int p = 0; p < pages.length(); p++) {
      AtomicReferenceArray<@Nullable CachedBlock> page = pages.getAndSet(p, null);
      for (int i = 0; page != null && i < PAGE; i++) {
        if (page.get(i) != null) {
          resident.decrement();
        }
      }
    }
  }

  private AtomicReferenceArray<@Nullable CachedBlock> page(int block) {
    int p = block >>> SHIFT;
    AtomicReferenceArray<@Nullable CachedBlock> page = pages.get(p);
    if (page == null) {
      page = new AtomicReferenceArray<>(PAGE);
      AtomicReferenceArray<@Nullable CachedBlock> raced = pages.compareAndExchange(p, null, page);
      if (raced != null) {
        page = raced;
      }
    }
    return page;
  }
}
