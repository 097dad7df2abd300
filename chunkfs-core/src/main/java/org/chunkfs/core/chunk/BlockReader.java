package org.chunkfs.core.chunk;

import java.io.IOException;
import org.chunkfs.core.format.ChunkGeometry;

/** The metadata blocks of one chunk as one request sees them. */
public interface BlockReader {
  /** Logical id of the chunk. */
  int chunk();

  ChunkGeometry geometry();

  /**
   * The current bytes of a metadata block; not to be changed. A block that is not in memory
   * abandons the request (a control-flow exception passes through), which is run again once it is.
   *
   * @throws IOException if the block cannot be had: CorruptException when it is not what the table
   *     says
   */
  byte[] get(int block) throws IOException;
}
