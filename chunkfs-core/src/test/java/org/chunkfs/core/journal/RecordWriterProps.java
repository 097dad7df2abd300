package org.chunkfs.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.JournalRecord;

/** A redo entry makes of the block before the block after. */
class RecordWriterProps {
  private static final int BLOCK = 4096;

  private final RecordWriter writer = new RecordWriter();

  @Property(tries = 2000, seed = "1010")
  void differenceAndImageRoundTrip(
      @ForAll Random random,
      @ForAll @IntRange(max = 40) int changes,
      @ForAll boolean sparse,
      @ForAll @IntRange(min = 3, max = 6) int granularityBits)
      throws CorruptException {
    byte[] before = new byte[BLOCK];
    if (!sparse) {
      random.nextBytes(before);
    }
    byte[] now = before.clone();
    for (int i = 0; i < changes; i++) {
      int from = random.nextInt(BLOCK);
      int length = Math.min(BLOCK - from, 1 + random.nextInt(1 << random.nextInt(10)));
      for (int j = from; j < from + length; j++) {
        now[j] = (byte) random.nextInt();
      }
    }
    int granularity = 1 << granularityBits;
    writer.reset(JournalRecord.COMMIT);
    writer.difference(11, before, now, granularity);
    writer.image(-12, now);
    RingRecord record = sealed();

    boolean equal = Arrays.equals(before, now);
    assertThat(record.redoEntries()).isEqualTo(equal ? 1 : 2);
    record.forEachRedo((block, image, redo) -> {
      assertThat(block).isEqualTo(image ? -12 : 11);
      byte[] target = before.clone();
      if (image) {
        random.nextBytes(target);
      }
      redo.applyTo(target);
      assertThat(target).isEqualTo(now);
      if (!image) {
        assertWholeUnits(redo, before, now, granularity);
      }
    });
  }

  /**
   * Applied to a block of other bytes, a difference writes whole units and none that are equal
   * throughout, but for small gaps.
   */
  private static void assertWholeUnits(
      RingRecord.Redo redo, byte[] before, byte[] now, int granularity) {
    byte[] marked = now.clone();
    for (int i = 0; i < BLOCK; i++) {
      marked[i]++;
    }
    redo.applyTo(marked);
    for (int unit = 0; unit < BLOCK; unit += granularity) {
      boolean written = marked[unit] == now[unit];
      for (int i = unit; i < unit + granularity; i++) {
        assertThat(marked[i] == now[i]).isEqualTo(written);
      }
      boolean changed =
          !Arrays.equals(before, unit, unit + granularity, now, unit, unit + granularity);
      if (changed || granularity > 8) {
        assertThat(written).isEqualTo(changed);
      }
    }
  }

  /** The engine reserves room by this bound before it knows the record. */
  @Property(tries = 500, seed = "1011")
  void noEntryIsMuchLargerThanItsBlock(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int gap) {
    byte[] now = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i += 8 * gap) {
      now[i + random.nextInt(8)] = 1;
    }
    writer.reset(JournalRecord.COMMIT);
    writer.image(1, now);
    assertThat(writer.length()).isLessThanOrEqualTo(JournalRecord.SIZE + BLOCK + 16);
    sealed();
  }

  private RingRecord sealed() {
    byte[] bytes = writer.seal(RingModel.ID, 0, 2, 1, 0);
    byte[] own = Arrays.copyOf(bytes, writer.length());
    assertThat(RingRecord.problem(own)).isNull();
    return new RingRecord(own);
  }
}
