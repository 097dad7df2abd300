package org.chunkfs.fsck.scan;

import java.util.function.Supplier;

/**
 * Remembers what was read of a chunk for as long as its bytes stay the same: for who checks one
 * image, or many that differ little, again and again.
 */
public interface ChunkMemory {
  /** Remembers nothing. */
  ChunkMemory NONE =
      new ChunkMemory() {
        @Override
        public <T> T recall(int chunk, Object key, Supplier<T> read) {
          return read.get();
        }
      };

  /**
   * What {@code read} gives, now or when the chunk was last read with an equal key.
   *
   * @param key everything that the result depends on besides the chunk's bytes; results of
   *     different types need different keys
   */
  <T> T recall(int chunk, Object key, Supplier<T> read);
}
