package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.StampedLock;
import java.util.stream.LongStream;
import org.chunkfs.core.error.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * A device in memory: sparse, counted, and cheap to copy.
 *
 * <p>Its pages of one block each hang in a table of two levels. A {@linkplain #snapshot() snapshot}
 * shares all of them with the original; each page and each part of the table is marked with the
 * device that owns it, and who writes to something it does not own copies it first. So a snapshot
 * costs one reference for every 2 MiB of size, and a write after it two small copies.
 *
 * <p>Reads go on at the same time; a write, or a snapshot, excludes everything else for a moment,
 * and so is all or nothing for every other thread.
 */
public final class MemoryDevice implements BlockDevice {
  private static final int LEAF_PAGES = 512;
  private static final byte[] ZEROS = new byte[BLOCK];

  /** An owner's mark: compared by identity. */
  private static final class Owner {}

  /** The part of the table for 2 MiB. */
  private record Leaf(Owner owner, @Nullable Page[] pages) {}

  private record Page(Owner owner, byte[] bytes) {}

  /** How much was asked of a device since it was made. */
  public record Counters(
      long reads, long writes, long flushes, long bytesRead, long bytesWritten) {}

  private final long size;
  private final StampedLock lock = new StampedLock();
  private final @Nullable Leaf[] leaves; // guarded by lock
  private Owner owner = new Owner(); // guarded by lock
  private volatile boolean closed;

  private final LongAdder reads = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder flushes = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();

  /** An empty device of a size in bytes, a multiple of {@link #BLOCK}. */
  public MemoryDevice(long size) {
    this(size, new Leaf[leavesOf(Bounds.wholeBlocks(size))]);
  }

  private MemoryDevice(long size, @Nullable Leaf[] leaves) {
    this.size = size;
    this.leaves = leaves;
  }

  private static int leavesOf(long size) {
    long leafBytes = (long) LEAF_PAGES * BLOCK;
    return Math.toIntExact((size + leafBytes - 1) / leafBytes);
  }

  /**
   * A new, open device with the content as it is now, and counters at zero. Works on a closed
   * device too: that is how to open one again.
   */
  public MemoryDevice snapshot() {
    long stamp = lock.writeLock();
    try {
      owner = new Owner(); // from now on neither of the two owns what exists
      return new MemoryDevice(size, leaves.clone());
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** A view of this device that refuses to write. Closing it closes the device. */
  public BlockDevice asReadOnly() {
    return new ReadOnlyDevice(this);
  }

  /** How much was asked of this device until now. */
  public Counters counters() {
    return new Counters(
        reads.sum(), writes.sum(), flushes.sum(), bytesRead.sum(), bytesWritten.sum());
  }

  /** How many bytes were ever written to, in whole blocks: the rest is holes. */
  public long allocated() {
    long stamp = lock.readLock();
    try {
      long pages = 0;
      for (Leaf leaf : leaves) {
        if (leaf != null) {
          for (Page page : leaf.pages) {
            pages += page == null ? 0 : 1;
          }
        }
      }
      return pages * BLOCK;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /**
   * Numbers of the blocks in which it can differ from another device of the same size: those that
   * are not shared by way of {@link #snapshot}. Quick where nearly all are.
   */
  public long[] unshared(MemoryDevice other) {
    @Nullable Leaf[] theirs = other.table();
    @Nullable Leaf[] ours = table();
    LongStream.Builder blocks = LongStream.builder();
    for (int i = 0; i < ours.length; i++) {
      Leaf mine = ours[i];
      Leaf yours = theirs[i];
      for (int j = 0; mine != yours && j < LEAF_PAGES; j++) {
        Page page = mine == null ? null : mine.pages[j];
        if (page != (yours == null ? null : yours.pages[j])) {
          blocks.add((long) i * LEAF_PAGES + j);
        }
      }
    }
    return blocks.build().toArray();
  }

  private @Nullable Leaf[] table() {
    long stamp = lock.readLock();
    try {
      return leaves.clone();
    } finally {
      lock.unlockRead(stamp);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    check("read", position, dst);
    reads.increment();
    bytesRead.add(dst.remaining());
    long stamp = lock.readLock();
    try {
      long at = position;
      while (dst.hasRemaining()) {
        int offset = (int) (at % BLOCK);
        int length = Math.min(BLOCK - offset, dst.remaining());
        dst.put(pageToRead(at / BLOCK), offset, length);
        at += length;
      }
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private byte[] pageToRead(long number) {
    Leaf leaf = leaves[(int) (number / LEAF_PAGES)];
    Page page = leaf == null ? null : leaf.pages[(int) (number % LEAF_PAGES)];
    return page == null ? ZEROS : page.bytes;
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    check("write", position, src);
    writes.increment();
    bytesWritten.add(src.remaining());
    long stamp = lock.writeLock();
    try {
      long at = position;
      while (src.hasRemaining()) {
        int offset = (int) (at % BLOCK);
        int length = Math.min(BLOCK - offset, src.remaining());
        src.get(pageToWrite(at / BLOCK), offset, length);
        at += length;
      }
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  private byte[] pageToWrite(long number) {
    @Nullable Page[] pages = leafToWrite((int) (number / LEAF_PAGES)).pages;
    int slot = (int) (number % LEAF_PAGES);
    Page page = pages[slot];
    if (page == null || page.owner != owner) {
      page = new Page(owner, page == null ? new byte[BLOCK] : page.bytes.clone());
      pages[slot] = page;
    }
    return page.bytes;
  }

  private Leaf leafToWrite(int index) {
    Leaf leaf = leaves[index];
    if (leaf == null || leaf.owner != owner) {
      leaf = new Leaf(owner, leaf == null ? new Page[LEAF_PAGES] : leaf.pages.clone());
      leaves[index] = leaf;
    }
    return leaf;
  }

  /** Only counts: memory has no power to lose. */
  @Override
  public void flush() throws IOException {
    checkOpen();
    flushes.increment();
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    read(position, dst);
  }

  private void check(String operation, long position, ByteBuffer buffer) throws IOException {
    checkOpen();
    Bounds.check(this, size, operation, position, buffer.remaining());
  }

  private void checkOpen() throws DeviceException {
    if (closed) {
      throw new DeviceException(this + " has been closed");
    }
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public List<Member> members() {
    return List.of(new Member(toString(), 0, size, true));
  }

  /** Refuses what comes later; the content stays, for {@link #snapshot()}. */
  @Override
  public boolean prompt() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "memory";
  }
}
