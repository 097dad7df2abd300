package org.chunkfs.core.volume;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.chunkfs.core.format.BlockHeader;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers for file data on its way, kept for reuse. Who takes one and never returns it (a
 * thread stuck in a device) costs only that buffer.
 */
final class BufferPool {
  /** Smaller buffers are not made. */
  private static final int MIN_BLOCKS = 4;

  private static final int LARGE_BLOCKS = 256;
  private static final int SLOTS = 16;

  private final AtomicReferenceArray<@Nullable ByteBuffer> kept = new AtomicReferenceArray<>(SLOTS);

  /** An empty buffer of at least so many blocks that starts at a multiple of the block size. */
  ByteBuffer take(int blocks) {
    ByteBuffer buffer = kept.getAndSet(slot(), null);
    if (buffer != null && buffer.capacity() >= blocks * BlockHeader.BLOCK) {
      return buffer.clear();
    }
    int room = Math.max(MIN_BLOCKS, roundUp(blocks));
    return ByteBuffer.allocateDirect((room + 1) * BlockHeader.BLOCK)
        .alignedSlice(BlockHeader.BLOCK);
  }

  /** To a power of two, up to the size of a large piece. */
  private static int roundUp(int blocks) {
    return blocks < 2 || blocks > LARGE_BLOCKS ? blocks : Integer.highestOneBit(blocks - 1) << 1;
  }

  void give(ByteBuffer buffer) {
    kept.set(slot(), buffer);
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SLOTS - 1;
  }
}
