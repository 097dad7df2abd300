package org.chunkfs.core.chunk;

import java.util.ArrayDeque;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.jspecify.annotations.Nullable;

/** A chunk's blocks in plain arrays, without journal, locks or device: for what works on blocks. */
final class HeapBlocks implements BlockWriter {
  private static final byte[] UUID = new byte[16];

  private final ChunkGeometry geometry = ChunkGeometry.of(ChunkGeometry.MIN_BLOCKS * 16);
  private final byte[] @Nullable [] blocks = new byte[geometry.blocks()][];
  private final ArrayDeque<Integer> freed = new ArrayDeque<>();
  private int next = geometry.bodyStart() + 2;

  /** Makes a block of inodes, the first of which is in use and empty; returns its number. */
  long inode() {
    int block = allocate(BlockKind.INODES, 0, 0, 1);
    InodeRecord.GENERATION.set(edit(block), InodeRecord.offset(0), 1);
    return Ino.of(chunk(), block, 0);
  }

  @Override
  public int chunk() {
    return 1;
  }

  @Override
  public ChunkGeometry geometry() {
    return geometry;
  }

  @Override
  public byte[] get(int block) {
    byte[] bytes = blocks[block];
    if (bytes == null) {
      throw new IllegalStateException("block " + block + " is free");
    }
    return bytes;
  }

  @Override
  public byte[] edit(int block) {
    return get(block);
  }

  @Override
  public int allocate(BlockKind kind, long owner, int ownerGeneration, long logical) {
    Integer again = freed.poll();
    int block = again == null ? next++ : again;
    byte[] bytes = new byte[BlockHeader.BLOCK];
    BlockHeader.init(bytes, kind, UUID, chunk(), block, owner);
    blocks[block] = bytes;
    return block;
  }

  @Override
  public void free(int block) {
    blocks[block] = null;
    freed.add(block);
  }
}
