package org.chunkfs.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A ring's bytes in memory, which remembers its writes and fails where it is told to. */
final class MemoryRing implements RingIo {
  /** A write: where, what was there, what is there now. */
  record Write(int offset, byte[] before, byte[] after) {}

  final byte[] bytes;
  final List<Write> writes = new ArrayList<>();
  final Set<Integer> unreadableBlocks = new HashSet<>();

  /** So many writes succeed, the one after them fails. */
  int writesUntilFailure = Integer.MAX_VALUE;

  MemoryRing(int size) {
    bytes = new byte[size];
  }

  @Override
  public void write(int offset, ByteBuffer src) throws IOException {
    if (writesUntilFailure-- == 0) {
      writesUntilFailure = Integer.MAX_VALUE;
      throw new IOException("write fails as told");
    }
    byte[] before = new byte[src.remaining()];
    System.arraycopy(bytes, offset, before, 0, before.length);
    byte[] after = new byte[src.remaining()];
    src.get(after);
    System.arraycopy(after, 0, bytes, offset, after.length);
    writes.add(new Write(offset, before, after));
  }

  @Override
  public void read(int offset, ByteBuffer dst) throws IOException {
    for (int block = offset / 4096; block * 4096 < offset + dst.remaining(); block++) {
      if (unreadableBlocks.contains(block)) {
        throw new IOException("block " + block + " is unreadable as told");
      }
    }
    dst.put(bytes, offset, dst.remaining());
  }
}
