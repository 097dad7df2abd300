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
    Window window = new Window(io, ringBytes);
    List<RingRecord> found = new ArrayList<>();
    long at = Math.max(0, position & -8);
    long limit = at + ringBytes;
    int starts = 0;
    while (at < limit && starts < STARTS) {
      int in = window.at(at);
      byte[] bytes = window.bytes();
      if (in >= 0
          && JournalRecord.MAGIC.get(bytes, in) == JournalRecord.MAGIC_VALUE
          && JournalRecord.POSITION.get(bytes, in) == at) {
        starts++;
        RingScanner.Scan segment =
            RingScanner.scan(id, io, ringBytes, at, JournalRecord.PREV_G.get(bytes, in));
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

  /** The ring's bytes, read in large pieces, one after another. */
  private static final class Window {
    private static final int PIECE = 1 << 18;

    private final RingIo io;
    private final int ringBytes;
    private byte[] piece = new byte[0];
    private int start;

    Window(RingIo io, int ringBytes) {
      this.io = io;
      this.ringBytes = ringBytes;
    }

    /** Where in {@link #piece} the header of a record at a position would be; -1: nowhere. */
    int at(long position) {
      int offset = (int) (position % ringBytes);
      if (ringBytes - offset < JournalRecord.SIZE) {
        return -1;
      }
      if (offset < start || offset + JournalRecord.SIZE > start + piece.length) {
        load(offset);
      }
      return offset - start;
    }

    private void load(int offset) {
      start = offset / BLOCK * BLOCK;
      piece = new byte[Math.min(PIECE, ringBytes - start)];
      try {
        io.read(start, ByteBuffer.wrap(piece));
        return;
      } catch (IOException e) {
        // then block by block: only what cannot be read holds no record
      }
      for (int at = 0; at < piece.length; at += BLOCK) {
        try {
          io.read(start + at, ByteBuffer.wrap(piece, at, BLOCK));
        } catch (IOException e) {
          java.util.Arrays.fill(piece, at, at + BLOCK, (byte) 0);
        }
      }
    }

    byte[] bytes() {
      return piece;
    }
  }

  /** The epoch of a ring whose header is lost, by its newest record; 0 if it has none. */
  static int epoch(ChunkReader reader) {
    RingIo io = reader.ring();
    int ringBytes = reader.geometry().ringBlocks() * BLOCK;
    Window window = new Window(io, ringBytes);
    for (long at = 0; at < ringBytes; at += 8) {
      int in = window.at(at);
      byte[] bytes = window.bytes();
      long position = in < 0 ? -1 : JournalRecord.POSITION.get(bytes, in);
      if (in < 0
          || JournalRecord.MAGIC.get(bytes, in) != JournalRecord.MAGIC_VALUE
          || position < 0
          || position % ringBytes != at) {
        continue;
      }
      for (int epoch = EPOCHS; epoch > 0; epoch--) {
        RingId id = new RingId(reader.layout().uuid(), reader.chunk(), epoch);
        try {
          if (RingScanner.occupied(
              id, io, ringBytes, position, JournalRecord.PREV_G.get(bytes, in))) {
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
