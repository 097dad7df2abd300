package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.format.BlockHeader;

/**
 * Reads file data: looks up under the chunk's read lock, reads with no lock, and compares every
 * block with its checksum before anybody sees it.
 */
final class FileReader {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int PIECE = 1 << 20;

  private final FileMap files;
  private final BlockCheck check;
  private final BufferPool buffers;

  FileReader(FileMap files, BlockCheck check, BufferPool buffers) {
    this.files = files;
    this.check = check;
    this.buffers = buffers;
  }

  /** Fills {@code dst} from a byte of the file on; returns bytes read, 0 at or past the end. */
  int read(long id, long offset, ByteBuffer dst, long deadline) throws IOException {
    if (offset < 0) {
      throw new FsException(FsException.Reason.INVALID, "a negative offset in a file");
    }
    int total = 0;
    while (dst.hasRemaining() && offset + total < Vfs.FILE_MAX) {
      int n = piece(id, offset + total, dst, deadline);
      if (n == 0) {
        break;
      }
      total += n;
    }
    return total;
  }

  private int piece(long id, long offset, ByteBuffer dst, long deadline) throws IOException {
    int start = dst.position();
    int most = Math.min(dst.remaining(), PIECE - (int) (offset & BLOCK - 1));
    long from = offset / BLOCK;
    long to = Math.min((offset + most + BLOCK - 1) / BLOCK, Extents.MAX_BLOCKS);
    while (true) {
      Mapping m = files.look(id, from, to, true, deadline);
      long end = Math.min(Math.min(offset + most, m.size()), m.endByte());
      if (end <= offset) {
        return 0;
      }
      if (fill(id, m, offset, end, dst, deadline)) {
        return (int) (end - offset);
      }
      dst.position(start);
    }
  }

  private boolean fill(long id, Mapping m, long offset, long end, ByteBuffer dst, long deadline)
      throws IOException {
    long at = offset;
    for (Run run : m.runs()) {
      if (run.logical() * BLOCK >= end) {
        break;
      }
      if (run.unwritten()) {
        continue;
      }
      if (at < run.logical() * BLOCK) {
        zeros(dst, run.logical() * BLOCK - at);
        at = run.logical() * BLOCK;
      }
      long stop = Math.min(end, run.end() * BLOCK);
      if (!data(id, m, run, at, stop, dst, deadline)) {
        return false;
      }
      at = stop;
    }
    zeros(dst, end - at);
    return true;
  }

  private static void zeros(ByteBuffer dst, long count) {
    long left = count;
    for (; left >= 8; left -= 8) {
      dst.putLong(0);
    }
    for (; left > 0; left--) {
      dst.put((byte) 0);
    }
  }

  /** Bytes of a written run: whole blocks straight into a direct buffer, others by way of ours. */
  private boolean data(
      long id, Mapping m, Run run, long offset, long end, ByteBuffer dst, long deadline)
      throws IOException {
    long at = offset;
    if (dst.isDirect() && at % BLOCK == 0 && end - at >= BLOCK) {
      int whole = (int) ((end - at) / BLOCK);
      if (!check.read(id, m, run, at / BLOCK, whole, dst, deadline)) {
        return false;
      }
      at += (long) whole * BLOCK;
      if (at == end) {
        return true;
      }
    }
    if (dst.isDirect() && at % BLOCK != 0 && end - at > 2 * BLOCK) {
      // The odd start first, then the rest as above.
      long aligned = (at / BLOCK + 1) * BLOCK;
      return copied(id, m, run, at, aligned, dst, deadline)
          && data(id, m, run, aligned, end, dst, deadline);
    }
    return copied(id, m, run, at, end, dst, deadline);
  }

  private boolean copied(
      long id, Mapping m, Run run, long at, long end, ByteBuffer dst, long deadline)
      throws IOException {
    long first = at / BLOCK;
    int blocks = (int) ((end + BLOCK - 1) / BLOCK - first);
    ByteBuffer ours = buffers.take(blocks);
    if (!check.read(id, m, run, first, blocks, ours, deadline)) {
      buffers.give(ours);
      return false;
    }
    int from = (int) (at - first * BLOCK);
    dst.put(ours.limit(from + (int) (end - at)).position(from));
    buffers.give(ours);
    return true;
  }
}
