package org.chunkfs.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a ring's bytes go: positional I/O relative to the ring's first byte. */
public interface RingIo {
  /** Writes all of {@code src}; never past the ring's end. */
  void write(int offset, ByteBuffer src) throws IOException;

  /** Fills all of {@code dst}; never past the ring's end. */
  void read(int offset, ByteBuffer dst) throws IOException;
}
