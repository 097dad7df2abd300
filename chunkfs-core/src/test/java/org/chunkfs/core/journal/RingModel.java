package org.chunkfs.core.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.format.JournalRecord;

/**
 * A ring and what it must hold: drives a {@link Ring} by numbers, so that a failing sequence
 * shrinks.
 */
final class RingModel {
  static final int BYTES = 1 << 16;
  static final long FIRST_PREV_G = 5;
  static final RingId ID = new RingId("0123456789abcdef".getBytes(US_ASCII), 3, 7);

  /** What a scan must find. */
  record Entry(int type, long position, int length, long g, long prevG, long stableG) {
    static Entry of(RingRecord r) {
      return new Entry(r.type(), r.position(), r.length(), r.g(), r.prevG(), r.stableG());
    }

    boolean isCommit() {
      return type != JournalRecord.STAMP;
    }

    long end() {
      return position + length;
    }
  }

  final MemoryRing io = new MemoryRing(BYTES);
  final RecordWriter record = new RecordWriter();
  final List<Entry> entries = new ArrayList<>();
  Ring ring;
  long g = FIRST_PREV_G;
  long tailPrevG = FIRST_PREV_G;

  RingModel(long start) {
    ring = new Ring(ID, io, BYTES, start, start, FIRST_PREV_G);
  }

  static RingModel of(List<Integer> steps) throws IOException {
    RingModel model = new RingModel(0);
    for (int step : steps) {
      model.step(step);
    }
    return model;
  }

  /** One thing done to the ring; what it is and how large depends on the number alone. */
  void step(int number) throws IOException {
    int size = number / 16;
    switch (number % 16) {
      case 0, 1 -> stamp();
      case 2 -> voidLast();
      case 3 -> dropFirst(size % (entries.size() + 1));
      case 4 -> {
        failToAppend(size);
        append(size / 2);
      }
      case 5 -> {
        failToAppend(size);
        voidAtHead();
      }
      default -> append(size);
    }
  }

  /** Appends a commit, after moving the tail if there is no room. */
  void append(int size) throws IOException {
    build(size);
    long prevG = ring.lastG();
    long next = g + 1 + size % 3;
    long position = ring.append(record, next, false);
    g = next;
    entries.add(new Entry(JournalRecord.COMMIT, position, record.length(), g, prevG, 0));
  }

  void stamp() throws IOException {
    long lastG = ring.lastG();
    if (ring.stamp(g)) {
      long position = JournalRecord.POSITION.get(io.writes.getLast().after(), 0);
      entries.add(new Entry(JournalRecord.STAMP, position, JournalRecord.SIZE, lastG, lastG, g));
    }
  }

  private void voidLast() throws IOException {
    if (!entries.isEmpty() && entries.getLast().type() == JournalRecord.COMMIT) {
      Entry e = entries.removeLast();
      ring.voidAt(e.position(), e.g(), e.prevG());
      addVoid(e.g(), e.prevG());
    }
  }

  private void voidAtHead() throws IOException {
    long prevG = ring.lastG();
    g++;
    ring.voidAt(ring.head(), g, prevG);
    addVoid(g, prevG);
  }

  private void addVoid(long ofG, long prevG) {
    long position = ring.head() - JournalRecord.SIZE;
    entries.add(new Entry(JournalRecord.VOID, position, JournalRecord.SIZE, ofG, prevG, 0));
  }

  /** An append whose record, or the wrap before it, cannot be written. */
  private void failToAppend(int size) throws IOException {
    long head = ring.head();
    io.writesUntilFailure = size % 2;
    try {
      append(size);
    } catch (IOException e) {
      if (ring.head() != head) {
        throw new AssertionError("a failed append moved the head", e);
      }
    } finally {
      io.writesUntilFailure = Integer.MAX_VALUE;
    }
  }

  private void build(int size) {
    record.reset(JournalRecord.COMMIT);
    record.participants(new int[] {3, size}, 2);
    record.tag(new byte[size % 3000]);
    byte[] block = new byte[4096];
    block[size % 4096] = (byte) size;
    record.image(size, block);
    while (!ring.fits(record.length(), false)) {
      dropFirst((entries.size() + 1) / 2);
    }
  }

  /** Moves the tail past the first entries. */
  void dropFirst(int count) {
    for (int i = 0; i < count; i++) {
      Entry e = entries.removeFirst();
      if (e.isCommit()) {
        tailPrevG = e.g();
      }
    }
    ring.moveTail(entries.isEmpty() ? ring.head() : entries.getFirst().position());
  }

  /** A recovery that keeps the first entries: a new ring over the same bytes. */
  void recover(int kept) {
    entries.subList(kept, entries.size()).clear();
    long head = entries.isEmpty() ? ring.tail() : entries.getLast().end();
    List<Long> commits = commits();
    ring =
        new Ring(
            ID, io, BYTES, ring.tail(), head, commits.isEmpty() ? tailPrevG : commits.getLast());
    ring.alignHead();
    g += 1L << 40;
  }

  RingScanner.Scan scan() {
    return RingScanner.scan(ID, io, BYTES, ring.tail(), tailPrevG);
  }

  /** Numbers of the commits and voids that the ring must hold. */
  List<Long> commits() {
    return commits(entries);
  }

  static List<Long> commits(RingScanner.Scan scan) {
    return commits(entries(scan));
  }

  static List<Entry> entries(RingScanner.Scan scan) {
    return scan.records().stream().map(Entry::of).toList();
  }

  private static List<Long> commits(List<Entry> entries) {
    return entries.stream().filter(Entry::isCommit).map(Entry::g).toList();
  }
}
