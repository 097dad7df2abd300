package org.chunkfs.core.format;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Checksums: of a block of data, on and off the heap, and of an inode. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockCrcBenchmark {
  private final byte[] heap = new byte[BlockHeader.BLOCK];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(BlockHeader.BLOCK);

  public BlockCrcBenchmark() {
    new SplittableRandom(3).nextBytes(heap);
    direct.put(heap).flip();
  }

  @Benchmark
  public int heapBlock() {
    CRC32C crc = new CRC32C();
    crc.update(heap, 0, BlockHeader.BLOCK);
    return (int) crc.getValue();
  }

  @Benchmark
  public int directBlock() {
    CRC32C crc = new CRC32C();
    crc.update(direct.rewind());
    return (int) crc.getValue();
  }

  @Benchmark
  public int inode() {
    return InodeRecord.crc(heap, InodeRecord.offset(2), 0x1234_5678_9ABCL);
  }
}
