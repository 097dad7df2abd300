package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;

/** Finds valid records in a ring whose chain is broken, or whose header is lost. */
final class RingSalvage {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** Epochs that are tried where the header that names it is lost. */
  private static final int EPOCHS = 256;

  /** Starts of records that are looked at; each may cost a scan of the ring. */
  private static final int STARTS = 64;

  private RingSalvage() {}

  /** Records from {@code position} on that belong to no chain that starts before, in order. */
  static List<RingRecord> after(ChunkReader reader, byte[] header, long position) {
    RingIo io = reader.ring();
    int ringBytes = reader.geometry().ringBlocks() * BLOCK;
    RingId id =
        new RingId(reader.layout().uuid(), reader.chunk(), ChunkHeader.RING_EPOCH.get(header, 0));
    List<RingRecord> found = new ArrayList<>();
    long at = Math.max(0, position & -8);
    long limit = at + ringBytes;
    int starts = 0;
    while (at < limit && starts < STARTS) {
      byte[] bytes = bytes(io, ringBytes, at);
      if (JournalRecord.MAGIC.get(bytes, 0) == JournalRecord.MAGIC_VALUE
          && JournalRecord.POSITION.get(bytes, 0) == at) {
        starts++;
        RingScanner.Scan segment =
            RingScanner.scan(id, io, ringBytes, at, JournalRecord.PREV_G.get(bytes, 0));
        if (!segment.records().isEmpty()) {
          found.addAll(segment.records());
          at = Math.max(at + 8, segment.end());
          continue;
        }
      }
      at += 8;
    }
    return found;
  }

  private static byte[] bytes(RingIo io, int ringBytes, long position) {
    int offset = (int) (position % ringBytes);
    byte[] bytes = new byte[JournalRecord.SIZE];
    try {
      if (ringBytes - offset >= bytes.length) {
        io.read(offset, ByteBuffer.wrap(bytes));
      }
    } catch (IOException e) {
      bytes[0] = 0; // no record there
    }
    return bytes;
  }

  /** The epoch of a ring whose header is lost, by its newest record; 0 if it has none. */
  static int epoch(ChunkReader reader) {
    RingIo io = reader.ring();
    int ringBytes = reader.geometry().ringBlocks() * BLOCK;
    for (long at = 0; at < ringBytes; at += 8) {
      byte[] bytes = bytes(io, ringBytes, at);
      long position = JournalRecord.POSITION.get(bytes, 0);
      if (JournalRecord.MAGIC.get(bytes, 0) != JournalRecord.MAGIC_VALUE
          || position < 0
          || position % ringBytes != at) {
        continue;
      }
      for (int epoch = EPOCHS; epoch > 0; epoch--) {
        RingId id = new RingId(reader.layout().uuid(), reader.chunk(), epoch);
        try {
          if (RingScanner.occupied(
              id, io, ringBytes, position, JournalRecord.PREV_G.get(bytes, 0))) {
            return epoch;
          }
        } catch (IOException e) {
          break;
        }
      }
    }
    return 0;
  }
}
