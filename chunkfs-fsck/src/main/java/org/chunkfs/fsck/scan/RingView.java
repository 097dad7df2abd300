package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's journal: the chain of records from the header's tail on.
 *
 * <p>Tests: the chain itself, and every gap in it: where a record should begin and the bytes are
 * recognisably those of one, it was torn or damaged. That is only a note, since a power loss leaves
 * the same, unless something says that the record was durable.
 */
public final class RingView {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** Traits of a record's first bytes, of six, that make it one. */
  private static final int ENOUGH_TRAITS = 4;

  private final RingScanner.Scan scan;
  private final RingIo io;
  private final int ringBytes;
  private final byte[] header;
  private final RingId id;

  private RingView(RingId id, RingScanner.Scan scan, RingIo io, int ringBytes, byte[] header) {
    this.id = id;
    this.scan = scan;
    this.io = io;
    this.ringBytes = ringBytes;
    this.header = header;
  }

  static RingView read(ChunkReader reader, byte[] header) {
    return read(reader, header, (chunk, of, scan) -> scan);
  }

  /**
   * The ring that a header names.
   *
   * @param keep may know what is in it, or up to where it goes
   */
  static RingView read(ChunkReader reader, byte[] header, Keep keep) {
    RingScanner.Scan known = keep.scanned(reader.chunk());
    RingIo io = reader.ring();
    int ringBytes = reader.geometry().ringBlocks() * BLOCK;
    RingId id =
        new RingId(reader.layout().uuid(), reader.chunk(), ChunkHeader.RING_EPOCH.get(header, 0));
    RingScanner.Scan scan =
        known != null
            ? known
            : RingScanner.scan(
                id,
                io,
                ringBytes,
                ChunkHeader.TAIL.get(header, 0),
                ChunkHeader.TAIL_PREV_G.get(header, 0),
                keep.goesTo(reader.chunk(), header));
    return new RingView(id, scan, io, ringBytes, header);
  }

  /**
   * What is in the ring of a chunk that the ring map calls empty: as an opening does, only the
   * place of the first record is looked at. What lies behind it has been replayed long ago.
   */
  static RingScanner.Scan probe(ChunkReader reader, byte[] header) {
    long tail = ChunkHeader.TAIL.get(header, 0);
    long previous = ChunkHeader.TAIL_PREV_G.get(header, 0);
    int ringBytes = reader.geometry().ringBlocks() * BLOCK;
    RingId id =
        new RingId(reader.layout().uuid(), reader.chunk(), ChunkHeader.RING_EPOCH.get(header, 0));
    boolean possible = tail >= 0 && tail % 8 == 0 && tail <= Long.MAX_VALUE / 2;
    try {
      if (possible && !RingScanner.occupied(id, reader.ring(), ringBytes, tail, previous)) {
        return new RingScanner.Scan(List.of(), tail, previous, 0, null);
      }
    } catch (IOException e) {
      // The scan tells what cannot be read.
    }
    return RingScanner.scan(id, reader.ring(), ringBytes, tail, previous);
  }

  public RingScanner.Scan scan() {
    return scan;
  }

  public List<RingRecord> records() {
    return scan.records();
  }

  public long tail() {
    return ChunkHeader.TAIL.get(header, 0);
  }

  /** Number of the commit that the checkpoint includes. */
  public long baseG() {
    return ChunkHeader.BASE_G.get(header, 0);
  }

  /** Largest number that this chunk knows to be stable. */
  public long stableG() {
    long stable = ChunkHeader.STABLE_G.get(header, 0);
    return Long.compareUnsigned(scan.stableG(), stable) > 0 ? scan.stableG() : stable;
  }

  /**
   * Reports what is wrong with the chain.
   *
   * @param damage what is missing from it by the rules of recovery, or null
   * @param goesOn whether it is being appended to
   */
  void judge(RingScanner.@Nullable Damage damage, boolean goesOn, Findings findings) {
    if (damage != null) {
      findings.add(Problem.JOURNAL, damage.what());
    }
    for (Torn torn : torn(damage == null && !goesOn)) {
      boolean durable =
          torn.type == JournalRecord.COMMIT
              && torn.g != 0
              && (durable(torn.g, ChunkHeader.STABLE_G.get(header, 0))
                  || durable(torn.g, scan.stableG()));
      findings.add(
          durable ? Problem.JOURNAL_STABLE : Problem.JOURNAL_TORN, torn.position, torn.what);
    }
  }

  /**
   * Whether a commit was durable when {@code stable} was said to be. What a later opening says is
   * of no use: it may have decided that the commit does not count.
   */
  private static boolean durable(long g, long stable) {
    return Long.compareUnsigned(g, stable) <= 0
        && CommitNumber.epochOf(g) == CommitNumber.epochOf(stable);
  }

  /** How many epochs back a record may be of. */
  private static final int EARLIER = 16;

  /** Something that looks like a record and is none. */
  private record Torn(long position, int type, long g, String what) {}

  private List<Torn> torn(boolean atEnd) {
    List<Torn> torn = new ArrayList<>();
    long end = tail();
    long lastG = ChunkHeader.TAIL_PREV_G.get(header, 0);
    for (RingRecord record : scan.records()) {
      gap(end, record.position(), lastG, torn);
      end = record.end();
      lastG = record.type() == JournalRecord.STAMP ? lastG : record.g();
    }
    if (atEnd) {
      gap(end, Long.MAX_VALUE, lastG, torn);
    }
    return torn;
  }

  /** Looks at the places between two records where a third one could have begun. */
  private void gap(long end, long next, long lastG, List<Torn> torn) {
    if (end == next || end < 0 || end % 8 != 0 || end > Long.MAX_VALUE / 2) {
      return;
    }
    TreeSet<Long> places = new TreeSet<>(List.of(end, (end + BLOCK - 1) & -BLOCK));
    while (!places.isEmpty()) {
      long position = places.removeFirst();
      if (position >= next) {
        return;
      }
      if (ringBytes - position % ringBytes < JournalRecord.SIZE) {
        places.add(lap(position));
      } else if (look(position, lastG, next == Long.MAX_VALUE, torn)) {
        places.clear();
        places.add(lap(position));
      }
    }
  }

  private long lap(long position) {
    return position + (ringBytes - position % ringBytes);
  }

  /**
   * Looks for the start of a record; true if it is a mark of the chain that goes to the next lap.
   */
  private boolean look(long position, long lastG, boolean last, List<Torn> torn) {
    byte[] bytes = bytes(position, JournalRecord.SIZE);
    if (bytes == null) {
      return false;
    }
    int type = JournalRecord.TYPE.get(bytes, 0);
    int length = JournalRecord.LENGTH.get(bytes, 0);
    boolean chained = JournalRecord.PREV_G.get(bytes, 0) == lastG;
    boolean sized = length >= JournalRecord.SIZE && length % 8 == 0 && length <= ringBytes;
    if (sized && valid(position, length, id.epoch())) {
      return type == JournalRecord.WRAP && chained;
    }
    if (sized && ofEarlierRing(position, length)) {
      return false;
    }
    int traits = 0;
    traits += JournalRecord.MAGIC.get(bytes, 0) == JournalRecord.MAGIC_VALUE ? 1 : 0;
    traits += JournalRecord.POSITION.get(bytes, 0) == position ? 2 : 0;
    traits += chained ? 1 : 0;
    traits += sized ? 1 : 0;
    traits += type >= JournalRecord.COMMIT && type <= JournalRecord.WRAP ? 1 : 0;
    // What was left there by an earlier lap, or comes from elsewhere, does not follow.
    boolean follows = chained || Long.compareUnsigned(JournalRecord.G.get(bytes, 0), lastG) >= 0;
    if (traits >= ENOUGH_TRAITS && follows) {
      long g = last ? JournalRecord.G.get(bytes, 0) : 0;
      torn.add(new Torn(position, type, g, "its checksum is wrong"));
    }
    return false;
  }

  /** Whether a record is whole, but of the ring that was here before a new start. */
  private boolean ofEarlierRing(long position, int length) {
    for (int epoch = id.epoch() - 1; epoch > 0 && epoch >= id.epoch() - EARLIER; epoch--) {
      if (valid(position, length, epoch)) {
        return true;
      }
    }
    return false;
  }

  private boolean valid(long position, int length, int epoch) {
    byte[] bytes = bytes(position, length);
    if (bytes == null
        || JournalRecord.MAGIC.get(bytes, 0) != JournalRecord.MAGIC_VALUE
        || JournalRecord.POSITION.get(bytes, 0) != position) {
      return false;
    }
    CRC32C crc = new CRC32C();
    byte[] seed = Arrays.copyOf(id.uuid(), 24);
    Bytes.u32(seed, 16, id.chunk());
    Bytes.u32(seed, 20, epoch);
    crc.update(seed, 0, seed.length);
    crc.update(bytes, JournalRecord.LENGTH.offset(), length - JournalRecord.LENGTH.offset());
    return JournalRecord.CRC.get(bytes, 0) == (int) crc.getValue();
  }

  private byte @Nullable [] bytes(long position, int length) {
    int offset = (int) (position % ringBytes);
    if (ringBytes - offset < length) {
      return null;
    }
    byte[] bytes = new byte[length];
    try {
      io.read(offset, ByteBuffer.wrap(bytes));
      return bytes;
    } catch (IOException e) {
      return null;
    }
  }
}
