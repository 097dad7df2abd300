package org.chunkfs.core.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingScanner;

/**
 * Reads a chunk's whole ring. A bit that flips on the way from the medium must neither make a
 * damaged journal nor a torn end of acknowledged commits: where the chain is damaged, or the medium
 * has what looks like its next record, everything is read once more past the host's caches.
 */
final class RingReading {
  private final ChunkIo io;
  private final RingId id;
  private final int ringBytes;
  private final long start;
  private final byte[] header;

  /**
   * @param header that names the ring
   */
  RingReading(ChunkIo io, ChunkGeometry geometry, RingId id, byte[] header) {
    this.io = io;
    this.id = id;
    this.ringBytes = geometry.ringBlocks() * BlockHeader.BLOCK;
    this.start = (long) geometry.ringStart() * BlockHeader.BLOCK;
    this.header = header;
  }

  RingScanner.Scan run(RingIo plain) {
    RingScanner.Scan scan = scan(plain);
    long aligned = (scan.end() + BlockHeader.BLOCK - 1) / BlockHeader.BLOCK * BlockHeader.BLOCK;
    boolean goesOn =
        scan.damage() != null || recordAt(scan.end()) || recordAt(aligned) || recordAt(lap(scan));
    return goesOn ? scan(media()) : scan;
  }

  private RingScanner.Scan scan(RingIo from) {
    return RingScanner.scan(
        id,
        from,
        ringBytes,
        ChunkHeader.TAIL.get(header, 0),
        ChunkHeader.TAIL_PREV_G.get(header, 0));
  }

  /** Where the next record is that did not fit before the ring's end. */
  private long lap(RingScanner.Scan scan) {
    return (scan.end() / ringBytes + 1) * ringBytes;
  }

  /** Whether the medium has something at a position that says it is the record of that position. */
  private boolean recordAt(long position) {
    int offset = (int) (position % ringBytes);
    int length = JournalRecord.POSITION.offset() + JournalRecord.POSITION.size();
    if (offset + length > ringBytes) {
      return false;
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(length);
    try {
      io.readMediaAt(start + offset, direct);
    } catch (IOException e) {
      return true; // the scan of the medium says what that means
    }
    byte[] bytes = new byte[length];
    direct.flip().get(bytes);
    return JournalRecord.MAGIC.get(bytes, 0) == JournalRecord.MAGIC_VALUE
        && JournalRecord.POSITION.get(bytes, 0) == position;
  }

  private RingIo media() {
    return new RingIo() {
      @Override
      public void write(int offset, ByteBuffer src) throws IOException {
        throw new IOException("a ring that is read is not written");
      }

      @Override
      public void read(int offset, ByteBuffer dst) throws IOException {
        io.readMediaAt(start + offset, dst);
      }
    };
  }
}
