package org.chunkfs.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingModel.Entry;
import org.chunkfs.core.journal.RingScanner.Scan;

/** What is appended is what is scanned, after any laps, crashes and damages. */
class RingProps {
  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(0, 1 << 16).list().ofMaxSize(150);
  }

  @Property(tries = 300, seed = "1012")
  void scanFindsWhatWasAppended(@ForAll("steps") List<Integer> steps) throws IOException {
    RingModel model = new RingModel(0);
    for (int step : steps) {
      model.step(step);
      Scan scan = model.scan();
      assertThat(scan.damage()).isNull();
      assertThat(RingModel.entries(scan)).isEqualTo(model.entries);
      assertThat(scan.lastG()).isEqualTo(model.ring.lastG());
      assertThat(scan.stableG())
          .isEqualTo(model.entries.stream().mapToLong(Entry::stableG).max().orElse(0));
      assertThat(scan.end())
          .isEqualTo(model.entries.isEmpty() ? model.ring.tail() : model.entries.getLast().end());
    }
  }

  /** Several laps, so that nothing of an earlier one is ever taken for a record of this one. */
  @Property(tries = 20, seed = "1013")
  void manyLaps(@ForAll Random random) throws IOException {
    RingModel model = new RingModel(1L << 40);
    while (model.ring.head() < (1L << 40) + 20 * RingModel.BYTES) {
      model.step(random.nextInt(1 << 16));
      assertThat(RingModel.entries(model.scan())).isEqualTo(model.entries);
    }
    model.dropFirst(model.entries.size());
    Scan scan = model.scan();
    assertThat(scan.records()).isEmpty();
    assertThat(scan.damage()).isNull();
    assertThat(RingScanner.occupied(RingModel.ID, model.io, RingModel.BYTES, model.ring.tail(), 0))
        .isFalse();
  }

  @Property(tries = 300, seed = "1014")
  void anotherRingsRecordsAreNotSeen(@ForAll("steps") List<Integer> steps) throws IOException {
    RingModel model = RingModel.of(steps);
    RingId id = RingModel.ID;
    byte[] uuid = id.uuid().clone();
    uuid[15]++;
    for (RingId other :
        List.of(
            new RingId(uuid, id.chunk(), id.epoch()),
            new RingId(id.uuid(), id.chunk() + 1, id.epoch()),
            new RingId(id.uuid(), id.chunk(), id.epoch() + 1))) {
      Scan scan =
          RingScanner.scan(other, model.io, RingModel.BYTES, model.ring.tail(), model.tailPrevG);
      assertThat(scan.records()).isEmpty();
      assertThat(scan.damage()).isNull();
    }
  }

  /** The last write reaches the medium only in some of its sectors. */
  @Property(tries = 1000, seed = "1015")
  void tornEndIsNoDamage(
      @ForAll("steps") List<Integer> steps, @ForAll int size, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    model.append(size >>> 1);
    Entry last = model.entries.getLast();
    MemoryRing.Write write = model.io.writes.getLast();
    byte[] whole = model.io.bytes.clone();
    lose(model.io.bytes, write, random.nextInt(3) == 0 ? -1L : random.nextLong());

    Scan scan = model.scan();
    assertThat(scan.damage()).isNull();
    boolean same = java.util.Arrays.equals(whole, model.io.bytes);
    List<Entry> kept = model.entries.subList(0, model.entries.size() - (same ? 0 : 1));
    assertThat(RingModel.entries(scan)).isEqualTo(kept);
    assertThat(scan.end()).isLessThanOrEqualTo(same ? last.end() : last.position());
  }

  /** Puts back what was there before in each sector of the write whose bit is set. */
  private static void lose(byte[] disk, MemoryRing.Write write, long sectors) {
    for (int i = 0; i < write.before().length; i++) {
      int sector = (write.offset() + i) / 512 - write.offset() / 512;
      if ((sectors >>> sector & 1) != 0) {
        disk[write.offset() + i] = write.before()[i];
      }
    }
  }

  /** Of the last few writes any sectors are lost, in any order: a power loss. */
  @Property(tries = 1000, seed = "1016")
  void powerLossKeepsWhatWasFlushed(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    int flushedWrites = model.io.writes.size();
    List<Long> before = model.commits();
    long tail = model.ring.tail();
    for (int i = random.nextInt(8); i >= 0 && model.ring.fits(8192, false); i--) {
      if (random.nextInt(3) == 0) {
        model.stamp();
      } else {
        model.append(random.nextInt(3000));
      }
    }
    assertThat(model.ring.tail()).isEqualTo(tail);
    for (int i = model.io.writes.size(); i-- > flushedWrites; ) {
      lose(model.io.bytes, model.io.writes.get(i), random.nextLong() & random.nextLong());
    }

    Scan scan = model.scan();
    List<Long> found = RingModel.commits(scan);
    assertPrefix(found, model.commits());
    assertPrefix(before, found);
    if (scan.damage() != null) {
      assertThat(model.commits().subList(found.size(), model.commits().size()))
          .contains(scan.damage().missingG())
          .contains(scan.damage().witnessG());
    }
  }

  private static void assertPrefix(List<Long> prefix, List<Long> whole) {
    assertThat(whole).hasSizeGreaterThanOrEqualTo(prefix.size());
    assertThat(whole.subList(0, prefix.size())).isEqualTo(prefix);
  }

  @Property(tries = 1000, seed = "1017")
  void flippedByteIsDamageAtItsRecord(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    model.append(1);
    model.append(2);
    int index = random.nextInt(model.entries.size() - 1);
    Entry victim = model.entries.get(index);
    int at = (int) (victim.position() % RingModel.BYTES) + random.nextInt(victim.length());
    model.io.bytes[at] ^= (byte) (1 << random.nextInt(8));

    Scan scan = model.scan();
    List<Entry> found = RingModel.entries(scan);
    if (victim.type() == JournalRecord.STAMP) {
      List<Entry> others = new ArrayList<>(model.entries);
      others.remove(index);
      assertThat(found).isEqualTo(others);
      assertThat(scan.damage()).isNull();
      return;
    }
    assertThat(found).isEqualTo(model.entries.subList(0, index));
    assertThat(scan.damage()).isNotNull();
    assertThat(scan.damage().position()).isBetween(victim.position() - 4095, victim.position());
    assertThat(scan.damage().missingG()).isEqualTo(victim.g());
    assertThat(scan.damage().witnessG()).isEqualTo(model.g);
  }

  /** A last record that is bad, but is covered by a stamp. */
  @Property(tries = 300, seed = "1018")
  void badRecordUnderAStampIsDamage(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    model.append(random.nextInt(1000));
    Entry victim = model.entries.getLast();
    if (!model.ring.fits(4096, false)) {
      return;
    }
    model.stamp();
    int at = (int) (victim.position() % RingModel.BYTES) + random.nextInt(victim.length());
    model.io.bytes[at]++;
    Scan scan = model.scan();
    assertThat(scan.damage()).isNotNull();
    assertThat(scan.damage().missingG()).isEqualTo(victim.g());
    assertThat(scan.stableG()).isEqualTo(model.g);
  }

  /** Recoveries that keep any part of the chain, each followed by appends, one after the other. */
  @Property(tries = 1000, seed = "1019")
  void abandonedEndsStayAbandoned(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps.subList(0, Math.min(40, steps.size())));
    for (int i = 0; i < 6; i++) {
      model.recover(random.nextInt(model.entries.size() + 1));
      for (int j = random.nextInt(6); j >= 0; j--) {
        model.append(random.nextInt(1 << random.nextInt(13)));
      }
      Scan scan = model.scan();
      assertThat(RingModel.commits(scan)).isEqualTo(model.commits());
      assertThat(scan.damage()).isNull();
    }
  }

  @Property(tries = 500, seed = "1020")
  void unreadableBlocksAreNeverAnEnd(@ForAll("steps") List<Integer> steps, @ForAll Random random)
      throws IOException {
    RingModel model = RingModel.of(steps);
    model.append(random.nextInt(3000));
    int bad = random.nextInt(RingModel.BYTES / 4096);
    model.io.unreadableBlocks.add(bad);

    Scan scan = model.scan();
    List<Long> found = RingModel.commits(scan);
    assertPrefix(found, model.commits());
    boolean hit =
        model.entries.stream()
            .filter(Entry::isCommit)
            .anyMatch(e ->
                (e.position() % RingModel.BYTES) / 4096 <= bad
                    && ((e.end() - 1) % RingModel.BYTES) / 4096 >= bad);
    if (hit) {
      assertThat(scan.damage()).isNotNull();
    } else {
      assertThat(found).isEqualTo(model.commits());
    }
  }
}
