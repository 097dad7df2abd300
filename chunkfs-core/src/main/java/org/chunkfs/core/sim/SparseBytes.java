package org.chunkfs.core.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file in {@link MemoryVfs}: pages of 4096 bytes, none where nothing was written.
 */
final class SparseBytes {
  static final int PAGE = 4096;

  /** Stands for a page that is allocated and was never written; all zeros, never changed. */
  private static final byte[] UNWRITTEN = new byte[PAGE];

  private final Space space;
  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private long size;

  /** How many pages all files together may have. */
  static final class Space {
    private final long total;
    private final AtomicLong used = new AtomicLong();

    Space(long total) {
      this.total = total;
    }

    long total() {
      return total;
    }

    long free() {
      return total - used.get();
    }

    private boolean take(long pages) {
      if (pages > free()) {
        return false;
      }
      used.addAndGet(pages);
      return true;
    }

    private void give(long pages) {
      used.addAndGet(-pages);
    }
  }

  SparseBytes(Space space) {
    this.space = space;
  }

  long size() {
    return size;
  }

  /** How many pages are allocated. */
  long pages() {
    return pages.size();
  }

  int read(long offset, ByteBuffer dst) {
    int length = Math.clamp(size - offset, 0, dst.remaining());
    for (int done = 0; done < length; ) {
      long at = offset + done;
      int in = (int) (at % PAGE);
      int n = Math.min(PAGE - in, length - done);
      dst.put(pages.getOrDefault(at / PAGE, UNWRITTEN), in, n);
      done += n;
    }
    return length;
  }

  /** Writes as much as there is space for; NO_SPACE if that is nothing. */
  int write(long offset, ByteBuffer src) throws FsException {
    int written = 0;
    while (src.hasRemaining()) {
      long at = offset + written;
      byte[] page = writable(at / PAGE);
      if (page == null) {
        break;
      }
      int in = (int) (at % PAGE);
      int n = Math.min(PAGE - in, src.remaining());
      src.get(page, in, n);
      written += n;
      size = Math.max(size, at + n);
    }
    if (written == 0 && src.hasRemaining()) {
      throw noSpace();
    }
    return written;
  }

  private byte @Nullable [] writable(long index) {
    byte[] page = pages.get(index);
    if (page == null && !space.take(1)) {
      return null;
    }
    if (page == null || page == UNWRITTEN) {
      page = new byte[PAGE];
      pages.put(index, page);
    }
    return page;
  }

  void truncate(long newSize) {
    if (newSize < size) {
      punch(newSize, (size + PAGE - 1) / PAGE * PAGE - newSize);
    }
    // Pages allocated beyond the end go too.
    drop(pages.tailMap((newSize + PAGE - 1) / PAGE, true));
    size = newSize;
  }

  /** Makes sure that later writes to the range find space. */
  void allocate(long offset, long length, boolean grow) throws FsException {
    long first = offset / PAGE;
    long end = (offset + length + PAGE - 1) / PAGE;
    long missing = end - first - pages.subMap(first, end).size();
    if (!space.take(missing)) {
      throw noSpace();
    }
    for (long index = first; index < end; index++) {
      pages.putIfAbsent(index, UNWRITTEN);
    }
    if (grow) {
      size = Math.max(size, offset + length);
    }
  }

  /** Frees the whole pages of a range, and zeroes its rest. */
  void punch(long offset, long length) {
    long end = offset + length;
    if (end >= size) { // past the end there are zeros only
      end = (Math.max(end, size) + PAGE - 1) / PAGE * PAGE;
    }
    long firstWhole = (offset + PAGE - 1) / PAGE;
    long endWhole = Math.max(firstWhole, end / PAGE);
    if (offset % PAGE != 0) {
      zeroWithin(
          offset / PAGE, (int) (offset % PAGE), (int) Math.min(PAGE, end - offset / PAGE * PAGE));
    }
    if (end % PAGE != 0 && end / PAGE >= firstWhole) {
      zeroWithin(end / PAGE, 0, (int) (end % PAGE));
    }
    drop(pages.subMap(firstWhole, endWhole));
  }

  /** Makes a range zeros that take space. */
  void zero(long offset, long length, boolean grow) throws FsException {
    punch(offset, length);
    allocate(offset, length, grow);
  }

  private void zeroWithin(long index, int from, int to) {
    byte[] page = pages.get(index);
    if (page != null && page != UNWRITTEN) {
      Arrays.fill(page, from, to, (byte) 0);
    }
  }

  private void drop(Map<Long, byte[]> range) {
    space.give(range.size());
    range.clear();
  }

  void clear() {
    drop(pages);
  }

  /** First data, or first hole, at or after {@code offset}; -1 if there is none before the end. */
  long seek(long offset, boolean hole) {
    if (offset < 0 || offset >= size) {
      return -1;
    }
    for (long index = offset / PAGE; index * PAGE < size; index++) {
      boolean data = pages.getOrDefault(index, UNWRITTEN) != UNWRITTEN;
      if (data != hole) {
        return Math.max(offset, index * PAGE);
      }
      if (!data) {
        Long next = pages.higherKey(index);
        if (next == null) {
          break;
        }
        index = next - 1;
      }
    }
    return hole ? size : -1;
  }

  private static FsException noSpace() {
    return MemoryVfs.refused(Reason.NO_SPACE, "All blocks are in use");
  }
}
