package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;

/**
 * The data that commits above S made live in one chunk: after a power loss it may not have reached
 * the device although the commit did.
 */
public final class LiveData {
  private LiveData() {}

  /** A chunk's blocks as they stand after its kept commits. */
  public interface Blocks {
    /** Whether the block is data, and written. */
    boolean written(int block) throws IOException;

    /** The checksum that its content should have. */
    int crc(int block) throws IOException;

    /** Reads its content. */
    void read(int block, ByteBuffer to) throws IOException;
  }

  /**
   * The smallest commit above S whose data is live and did not reach the device, or 0. What cannot
   * be read is damage, never a cut.
   *
   * @param kept the part of the chunk's journal that counts
   * @param stable S
   */
  public static long firstBad(
      RingScanner.Scan kept, long stable, ChunkGeometry geometry, Blocks blocks)
      throws IOException {
    // The last commit that made a block live is the one whose data it must hold.
    Map<Integer, Long> liveBy = new TreeMap<>();
    for (RingRecord r : kept.records()) {
      if (r.g() > stable && r.type() == JournalRecord.COMMIT) {
        int[] ranges = r.dataRanges();
        for (int i = 0; i < ranges.length; i += 2) {
          for (int b = 0; b < ranges[i + 1] && geometry.inBody(ranges[i] + b); b++) {
            liveBy.put(ranges[i] + b, r.g());
          }
        }
      }
    }
    long first = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(BlockHeader.BLOCK);
    CRC32C crc = new CRC32C();
    for (Map.Entry<Integer, Long> e : liveBy.entrySet()) {
      int block = e.getKey();
      if (first != 0 && e.getValue() >= first || !blocks.written(block)) {
        continue;
      }
      try {
        blocks.read(block, buffer.clear());
      } catch (IOException unreadable) {
        continue;
      }
      crc.reset();
      crc.update(buffer.flip());
      if ((int) crc.getValue() != blocks.crc(block)) {
        first = e.getValue();
      }
    }
    return first;
  }
}
