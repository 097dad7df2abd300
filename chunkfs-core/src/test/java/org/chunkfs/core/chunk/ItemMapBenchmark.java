package org.chunkfs.core.chunk;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.chunkfs.core.format.ItemType;
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

/** Finding, and inserting and removing, one item in a map of directory entries. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ItemMapBenchmark {
  private static final int VALUE = 40;

  /** Items in the map: inline, one or two levels, three levels. */
  @Param({"5", "1000", "100000"})
  int items;

  private final HeapBlocks blocks = new HeapBlocks();
  private final byte[] value = new byte[VALUE];
  private final SplittableRandom random = new SplittableRandom(7);
  private long[] keys = {};
  private long ino;

  @Setup
  public void fill() throws IOException {
    ino = blocks.inode();
    keys = new long[items];
    for (int i = 0; i < items; i++) {
      keys[i] = random.nextLong();
      ItemMap.put(blocks, ino, ItemType.DIRENT, keys[i], 0, value);
    }
  }

  @Benchmark
  public int lookup() throws IOException {
    ItemCursor c = new ItemCursor(blocks, ino);
    return ItemMap.find(c, ItemType.DIRENT, keys[random.nextInt(items)], 0) ? c.valueAt() : -1;
  }

  @Benchmark
  public boolean insertAndRemove() throws IOException {
    long key = random.nextLong();
    ItemMap.put(blocks, ino, ItemType.DIRENT, key, 0, value);
    return ItemMap.remove(blocks, ino, ItemType.DIRENT, key, 0);
  }
}
