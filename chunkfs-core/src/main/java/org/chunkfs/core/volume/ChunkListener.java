package org.chunkfs.core.volume;

/** Is told when a chunk changes its state; called from any thread, must return at once. */
@FunctionalInterface
public interface ChunkListener {
  void changed(ChunkEvent event);
}
