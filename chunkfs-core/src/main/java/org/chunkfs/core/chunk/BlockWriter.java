package org.chunkfs.core.chunk;

import java.io.IOException;
import org.chunkfs.core.format.BlockKind;

/**
 * The metadata blocks of one chunk as one mini-transaction changes them: private copies until
 * commit.
 */
public interface BlockWriter extends BlockReader {
  /**
   * This transaction's private copy of a block, to be changed at will; the same array each time,
   * and what {@link #get} returns from now on.
   */
  byte[] edit(int block) throws IOException;

  /**
   * Takes a free block for metadata, with its table entry set and its header filled in, all else
   * zero; {@link #edit} it next.
   *
   * @throws IOException FsException NO_SPACE when the chunk has none
   */
  int allocate(BlockKind kind, long owner, int ownerGeneration, long logical) throws IOException;

  /** Gives a metadata block back: its table entry becomes free, its copy is dropped. */
  void free(int block) throws IOException;
}
