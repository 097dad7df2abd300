package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Vfs.Creation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Commits of the whole engine on a device in memory: a create with the unlink that makes room for
 * the next one, and a change of one inode.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CreateBenchmark {
  private static final int PER_DIRECTORY = 1000;
  private static final Creation FILE = new Creation(0x1A4, 1, 2, 0);
  private static final Creation DIRECTORY = new Creation(0x1ED, 1, 2, 0);

  private Volume volume;
  private long dir;
  private long file;
  private int n;

  @Setup(Level.Trial)
  public void open() throws IOException {
    MemoryDevice device = new MemoryDevice(257 << 20);
    ChunkFs.format(device, FormatOptions.seeded(1, 1_000).withChunkBytes(64 << 20));
    volume = Volume.open(Image.of(device), VolumeOptions.defaults());
    dir = volume.mkdir(volume.root(), name("d"), DIRECTORY).id();
    file = volume.create(dir, name("f"), FILE).id();
    for (int i = 0; i < PER_DIRECTORY; i++) {
      volume.create(dir, name("x" + i), FILE);
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    volume.close();
  }

  @Benchmark
  public long createAndUnlink() throws IOException {
    byte[] name = name("n" + n++);
    long id = volume.create(dir, name, FILE).id();
    volume.unlink(dir, name);
    return id;
  }

  @Benchmark
  public Vfs.Attr chmod() throws IOException {
    return volume.setattr(file, Vfs.AttrChange.ofMode(n++ & 0x1FF));
  }

  private static byte[] name(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
