package org.chunkfs.core.journal;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.JournalRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a commit costs the journal: finding the difference of blocks that changed in a few places,
 * sealing the record, and appending it to a ring whose device costs nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RecordWriterBenchmark {
  private static final int RING = 8 << 20;

  /** Blocks that the commit changes; a create changes about five. */
  @Param({"1", "5"})
  int blocks;

  private final RecordWriter record = new RecordWriter();
  private final int[] participants = {3};
  private byte[][] before = {};
  private byte[][] now = {};
  private Ring ring = ring();
  private long g;

  private static Ring ring() {
    RingIo nowhere =
        new RingIo() {
          @Override
          public void write(int offset, ByteBuffer src) {
            src.position(src.limit());
          }

          @Override
          public void read(int offset, ByteBuffer dst) {
            dst.position(dst.limit());
          }
        };
    return new Ring(new RingId(new byte[16], 3, 1), nowhere, RING, 0, 0, 0);
  }

  @Setup
  public void blocks() {
    SplittableRandom random = new SplittableRandom(42);
    before = new byte[blocks][BlockHeader.BLOCK];
    now = new byte[blocks][];
    for (int i = 0; i < blocks; i++) {
      random.nextBytes(before[i]);
      now[i] = before[i].clone();
      for (int edit = 0; edit < 4; edit++) {
        int at = random.nextInt(BlockHeader.BLOCK - 48);
        for (int b = 0; b < 48; b++) {
          now[i][at + b]++;
        }
      }
    }
  }

  /** The differences alone. */
  @Benchmark
  public int difference() {
    fill();
    return record.length();
  }

  /** Differences, checksum and append. */
  @Benchmark
  public long append() throws java.io.IOException {
    fill();
    if (!ring.fits(record.length(), false)) {
      ring.moveTail(ring.head());
    }
    return ring.append(record, ++g, false);
  }

  private void fill() {
    record.reset(JournalRecord.COMMIT);
    record.participants(participants, 1);
    record.tag(new byte[0]);
    for (int i = 0; i < blocks; i++) {
      record.difference(100 + i, before[i], now[i], 8);
    }
  }
}
