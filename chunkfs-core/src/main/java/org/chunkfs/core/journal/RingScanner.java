package org.chunkfs.core.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ring from its tail: every record of the chain, where it ends and why.
 *
 * <p>From one record to the next:
 *
 * <ol>
 *   <li>The next record is where the last one ended, or at the next multiple of 4096 (after a stamp
 *       or a recovery); after a wrap, or with less than a header's room, at the ring's start.
 *   <li>It belongs to the chain if its CRC and position hold and it names the last commit as its
 *       predecessor. If both places have such a record, the one on the multiple of 4096 was written
 *       after a recovery that abandoned the other.
 *   <li>Where there is none, the rest of the ring is searched. A record that still names the last
 *       commit goes on with the chain: only a mark was lost. One with a later predecessor proves
 *       that commits are missing: damage. Neither: the chain ends here.
 * </ol>
 *
 * <p>Any bytes at all give an end or a damage, in time and memory linear in the ring's size.
 */
public final class RingScanner {
  private static final int HEADER = JournalRecord.SIZE;
  private static final int BLOCK = BlockHeader.BLOCK;

  private static final byte[] NOTHING = new byte[BLOCK];

  /** Bytes that may go through a CRC, in sizes of the ring. An honest ring needs two. */
  private static final int MAX_CRC_LAPS = 16;

  /** A search gives up on a ring with so many unreadable blocks. */
  private static final int MAX_UNREADABLE = 64;

  /**
   * What a ring holds.
   *
   * @param records commits, voids and stamps of the chain, in order
   * @param end just after the last of them; the tail if there is none
   * @param lastG number of the last commit or void; without one the predecessor that was given
   * @param stableG largest number that any stamp calls stable, also of stamps past a damage; 0:
   *     none
   * @param damage why the chain is not known to be whole; null if it just ends
   * @param tornG number of the commit whose record would be next, but has a wrong checksum; 0:
   *     there is none
   */
  public record Scan(
      List<RingRecord> records,
      long end,
      long lastG,
      long stableG,
      @Nullable Damage damage,
      long tornG) {
    public Scan(
        List<RingRecord> records, long end, long lastG, long stableG, @Nullable Damage damage) {
      this(records, end, lastG, stableG, damage, 0);
    }
  }

  /**
   * Something is missing from the chain at its end.
   *
   * @param position where the next record should be
   * @param what what was found there and what proves that there was more, in words
   * @param missingG number of a commit that is missing (the first one, if it is just one): the
   *     predecessor of the next valid record, or the last commit before the next valid stamp; 0
   *     where none was found
   * @param witnessG largest number found in a valid record after the damage; 0 where none was
   *     found. If a decision dropped it, the record is of an abandoned end and proves nothing
   */
  public record Damage(long position, String what, long missingG, long witnessG) {}

  private final RingId id;
  private final RingWindow window;
  private final int ringBytes;
  private final long tail;

  /** No record ends past it, see {@link Ring}. */
  private final long limit;

  private final RecordCrc crc = new RecordCrc();
  private final List<RingRecord> records = new ArrayList<>();
  private long crcBudget;
  private int unreadableBlocks;
  private long at;
  private long lastG;
  private long stableG;

  /** Of a commit whose record would be next, but for its checksum. */
  private long tornG;

  private RingScanner(RingId id, RingIo io, int ringBytes, long tail, long tailPrevG) {
    if (ringBytes < BLOCK || ringBytes % BLOCK != 0) {
      throw new IllegalArgumentException("a ring cannot have " + ringBytes + " bytes");
    }
    this.id = id;
    this.window = new RingWindow(io, ringBytes);
    this.ringBytes = ringBytes;
    this.tail = tail;
    this.limit = tail + ringBytes - BLOCK;
    this.crcBudget = (long) MAX_CRC_LAPS * ringBytes;
    this.at = tail;
    this.lastG = tailPrevG;
  }

  /**
   * Reads the whole chain.
   *
   * @param tailPrevG predecessor that the first record at the tail names
   */
  public static Scan scan(RingId id, RingIo io, int ringBytes, long tail, long tailPrevG) {
    return scan(id, io, ringBytes, tail, tailPrevG, null);
  }

  /**
   * Reads the whole chain.
   *
   * @param goesTo the commit up to which it is known to go: if it does, nothing is missing, and the
   *     rest of the ring is not searched; null: not known
   */
  public static Scan scan(
      RingId id, RingIo io, int ringBytes, long tail, long tailPrevG, @Nullable Long goesTo) {
    if (!possibleTail(tail)) {
      Damage damage = new Damage(tail, "tail is " + tail + ", no place of a record", 0, 0);
      return new Scan(List.of(), tail, tailPrevG, 0, damage);
    }
    return new RingScanner(id, io, ringBytes, tail, tailPrevG).run(goesTo);
  }

  /**
   * Whether the chain has a record at the ring's tail; reads next to nothing.
   *
   * @throws IOException if the tail cannot be read
   */
  public static boolean occupied(RingId id, RingIo io, int ringBytes, long tail, long tailPrevG)
      throws IOException {
    if (!possibleTail(tail)) {
      return false;
    }
    RingScanner scanner = new RingScanner(id, io, ringBytes, tail, tailPrevG);
    scanner.window.readLittle();
    Next next = scanner.next();
    if (next.unreadable != null) {
      throw next.unreadable;
    }
    return next.found != null;
  }

  private static boolean possibleTail(long tail) {
    return tail >= 0 && tail % 8 == 0 && tail <= Long.MAX_VALUE / 2;
  }

  private Scan run(@Nullable Long goesTo) {
    Found found;
    Damage damage;
    do {
      Next next = next();
      found = next.found;
      damage = null;
      boolean whole = goesTo != null && Long.compareUnsigned(lastG, goesTo) >= 0;
      if (found == null && !whole) {
        Search search = search(next.unreadable);
        found = search.resume;
        damage = search.damage;
      }
      if (found != null) {
        damage = accept(found);
      }
    } while (found != null && damage == null);
    long end = records.isEmpty() ? tail : records.getLast().end();
    return new Scan(
        Collections.unmodifiableList(records),
        end,
        lastG,
        stableG,
        damage,
        damage == null ? tornG : 0);
  }

  /** A record whose CRC and position hold. */
  private record Found(long position, int length, int type, long g, long prevG) {
    long end() {
      return position + length;
    }

    boolean isCommit() {
      return type == JournalRecord.COMMIT || type == JournalRecord.VOID;
    }
  }

  /** The next record of the chain; if there is none, perhaps because its place cannot be read. */
  private record Next(@Nullable Found found, @Nullable IOException unreadable) {}

  private Next next() {
    at = skipShortRoom(at);
    long aligned = Ring.alignUp(at);
    Found here = null;
    IOException unreadable = null;
    try {
      here = chained(at);
    } catch (IOException e) {
      unreadable = e;
    }
    if (aligned == at || (here != null && here.end() > aligned)) {
      return new Next(here, unreadable);
    }
    if (here != null && here.type == JournalRecord.STAMP) {
      return new Next(here, null);
    }
    Found there = null;
    try {
      there = chained(aligned);
    } catch (IOException e) {
      unreadable = e;
    }
    return new Next(
        there == null ? here : there, here == null && there == null ? unreadable : null);
  }

  private @Nullable Found chained(long position) throws IOException {
    Found found = probe(position);
    return found != null && found.prevG == lastG ? found : null;
  }

  /**
   * Takes a record of the chain and goes past it.
   *
   * @return what is wrong with it, or null
   */
  private @Nullable Damage accept(Found found) {
    byte[] bytes;
    try {
      window.load(found.position, found.length);
      bytes = window.copy(found.position, found.length);
    } catch (IOException e) {
      return new Damage(found.position, "record cannot be read again: " + e.getMessage(), 0, 0);
    }
    String problem = RingRecord.problem(bytes);
    if (problem != null) {
      at = found.position;
      return new Damage(
          at, "record at %d has a good checksum, but %s".formatted(at, problem), found.g, found.g);
    }
    at = found.end();
    tornG = 0;
    if (found.type == JournalRecord.WRAP) {
      at = nextLap(found.position);
      return null;
    }
    RingRecord record = new RingRecord(bytes);
    records.add(record);
    if (found.type == JournalRecord.STAMP) {
      noteStable(record.stableG());
    } else {
      lastG = found.g;
    }
    return null;
  }

  private long nextLap(long position) {
    return position + (ringBytes - position % ringBytes);
  }

  private long skipShortRoom(long position) {
    return ringBytes - position % ringBytes < HEADER ? nextLap(position) : position;
  }

  private void noteStable(long g) {
    if (Long.compareUnsigned(g, stableG) > 0) {
      stableG = g;
    }
  }

  /** The record at a position, if one is there whose CRC and position hold. */
  private @Nullable Found probe(long position) throws IOException {
    long room = Math.min(ringBytes - position % ringBytes, limit - position);
    if (room < HEADER) {
      return null;
    }
    window.load(position, HEADER);
    byte[] bytes = window.bytes();
    int i = window.at(position);
    if (JournalRecord.MAGIC.get(bytes, i) != JournalRecord.MAGIC_VALUE
        || JournalRecord.POSITION.get(bytes, i) != position) {
      return null;
    }
    int length = JournalRecord.LENGTH.get(bytes, i);
    if (length < HEADER || length > room || length % 8 != 0 || crcBudget < length) {
      return null;
    }
    crcBudget -= length;
    window.load(position, length);
    bytes = window.bytes();
    i = window.at(position);
    if (JournalRecord.CRC.get(bytes, i) != crc.of(id, bytes, i, length)) {
      noteTorn(position, bytes, i);
      return null;
    }
    return new Found(
        position,
        length,
        JournalRecord.TYPE.get(bytes, i),
        JournalRecord.G.get(bytes, i),
        JournalRecord.PREV_G.get(bytes, i));
  }

  /** A record with a wrong checksum: perhaps of the commit that would be next. */
  private void noteTorn(long position, byte[] bytes, int i) {
    boolean next = position == at || position == Ring.alignUp(at);
    boolean chained = JournalRecord.PREV_G.get(bytes, i) == lastG;
    if (next && chained && JournalRecord.TYPE.get(bytes, i) == JournalRecord.COMMIT) {
      tornG = JournalRecord.G.get(bytes, i);
    }
  }

  /** What the rest of the ring says about the place where no record is: at most one of the two. */
  private record Search(@Nullable Found resume, @Nullable Damage damage) {}

  private Search search(@Nullable IOException unreadable) {
    Found witness = null;
    long witnessG = 0;
    long position = at;
    while (position < limit && unreadableBlocks < MAX_UNREADABLE) {
      Found found = null;
      try {
        position = nextMagic(position);
        found = position < limit ? probe(position) : null;
      } catch (IOException e) {
        unreadableBlocks++;
        position = Ring.alignUp(position + 1);
        continue;
      }
      if (found == null) {
        position += 8;
        continue;
      }
      position = found.end();
      if (found.prevG == lastG) {
        // Past a witness only a commit that is later than it: it was written when the witness was
        // abandoned.
        if (witness == null || (found.isCommit() && Long.compareUnsigned(found.g, witnessG) > 0)) {
          return new Search(found, null);
        }
      } else if (Long.compareUnsigned(found.prevG, lastG) > 0) {
        witness = witness == null ? found : witness;
        witnessG = Long.compareUnsigned(found.g, witnessG) > 0 ? found.g : witnessG;
      }
      noteStamp(found);
    }
    return new Search(null, damage(unreadable, witness, witnessG));
  }

  private void noteStamp(Found found) {
    if (found.type == JournalRecord.STAMP) {
      noteStable(JournalRecord.STABLE_G.get(window.bytes(), window.at(found.position)));
    }
  }

  private @Nullable Damage damage(
      @Nullable IOException unreadable, @Nullable Found witness, long witnessG) {
    String found =
        unreadable == null ? "no valid record" : "unreadable: " + unreadable.getMessage();
    if (witness != null) {
      return new Damage(
          at,
          "%s at %d, but a valid record at %d follows commit %s"
              .formatted(found, at, witness.position, Long.toUnsignedString(witness.prevG)),
          witness.prevG,
          witnessG);
    }
    if (unreadable != null) {
      return new Damage(at, "ring at %d is %s".formatted(at, found), 0, 0);
    }
    if (unreadableBlocks >= MAX_UNREADABLE) {
      return new Damage(at, "%s at %d, and too much is unreadable".formatted(found, at), 0, 0);
    }
    if (crcBudget < ringBytes) {
      return new Damage(at, "ring from %d on is full of overlapping records".formatted(at), 0, 0);
    }
    return null;
  }

  /** The first place from {@code position} on with a record's magic, or the limit. */
  private long nextMagic(long position) throws IOException {
    long p = position;
    while (p < limit) {
      window.load(p, 8);
      byte[] bytes = window.bytes();
      int first = window.at(p);
      int stop = window.at(Math.min(window.end(), limit));
      for (int from = first; from < stop; from += NOTHING.length) {
        int to = Math.min(stop, from + NOTHING.length);
        if (Arrays.equals(bytes, from, to, NOTHING, 0, to - from)) {
          continue; // most of a young ring, and quickly seen
        }
        for (int i = from; i < to; i += 8) {
          if (JournalRecord.MAGIC.get(bytes, i) == JournalRecord.MAGIC_VALUE) {
            return p + (i - first);
          }
        }
      }
      p += stop - first;
    }
    return p;
  }
}
