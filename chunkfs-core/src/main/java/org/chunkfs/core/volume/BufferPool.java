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
  /** Room of each buffer. */
  static final int BYTES = (1 << 20) + 2 * BlockHeader.BLOCK;

  private static final int SLOTS = 16;

  private final AtomicReferenceArray<@Nullable ByteBuffer> kept = new AtomicReferenceArray<>(SLOTS);

  /** An empty buffer that starts at a multiple of the block size. */
  ByteBuffer take() {
    ByteBuffer buffer = kept.getAndSet(slot(), null);
    return buffer != null
        ? buffer.clear()
        : ByteBuffer.allocateDirect(BYTES + BlockHeader.BLOCK).alignedSlice(BlockHeader.BLOCK);
  }

  void give(ByteBuffer buffer) {
    kept.set(slot(), buffer);
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SLOTS - 1;
  }
}
