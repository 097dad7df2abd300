package org.chunkfs.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.report.FsckReport;
import org.jspecify.annotations.Nullable;

/**
 * How soon one damaged chunk of a volume in use is found to be damaged, repaired and back.
 *
 * @param seconds from the start of the check until the chunk serves again
 * @param chunk its number
 * @param served requests that the other chunks answered meanwhile
 * @param slowest of those requests, in seconds
 */
record RepairRun(
    double seconds, int chunk, int chunks, long chunkBytes, long served, double slowest) {
  private static final Creation FILE = new Creation(0x1A4, 0, 0, 0);
  private static final Creation DIRECTORY = new Creation(0x1ED, 0, 0, 0);
  private static final int BYTES = 1000;

  /**
   * Makes an image with a directory in one chunk and one in another, damages an inode block of the
   * first behind the volume's back, and lets it be found and repaired while the second is used.
   *
   * @param file which must not be there yet
   * @param files in each directory
   */
  static RepairRun of(Path file, long bytes, int files, FormatOptions format) throws IOException {
    ScratchImage.make(file, bytes, format);
    long other;
    long broken;
    try (Volume volume = ScratchImage.open(file)) {
      other = fill(volume, "served", files);
      broken = fill(volume, "damaged", files);
    }
    try (Volume volume = ScratchImage.open(file)) {
      int chunk = Ino.chunk(broken);
      if (chunk == Ino.chunk(other)) {
        throw new IOException("Both directories came into chunk " + chunk + ".");
      }
      for (int i = 0; i < 2; i++) {
        // With an empty journal what is in place counts.
        volume.offline(chunk);
        volume.online(chunk);
      }
      damage(volume, broken);
      try (Load load = new Load(volume, other)) {
        load.awaitFirst();
        AtomicLong back = new AtomicLong();
        volume.addListener(event -> {
          if (event.chunk() == chunk && event.to() == ChunkState.ONLINE) {
            back.set(System.nanoTime());
          }
        });
        long from = System.nanoTime();
        FsckReport report = OnlineFsck.run(volume, chunk, false, true, 1);
        double seconds = (back.get() - from) / 1e9;
        volume.getattr(broken);
        if (report.errors() == 0 || !report.clean()) {
          throw new IOException("The damage was not found, or not repaired.");
        }
        return new RepairRun(
            seconds,
            chunk,
            volume.layout().chunks(),
            volume.layout().geometry(chunk).blocks() * 4096L,
            load.served.get(),
            load.slowest.get() / 1e9);
      }
    }
  }

  /** Makes a directory with files; returns the one in the middle. */
  private static long fill(Volume volume, String name, int files) throws IOException {
    long directory = volume.mkdir(volume.root(), name.getBytes(UTF_8), DIRECTORY).id();
    ByteBuffer content = ByteBuffer.allocateDirect(BYTES);
    long middle = directory;
    for (int i = 0; i < files; i++) {
      long made = volume.create(directory, ("file" + i).getBytes(UTF_8), FILE).id();
      volume.write(made, 0, content.rewind());
      middle = i == files / 2 ? made : middle;
    }
    return middle;
  }

  /** Turns over bytes in the middle of the block that holds an inode. */
  private static void damage(Volume volume, long id) throws IOException {
    long position =
        volume.layout().base(Ino.chunk(id))
            + (long) Ino.block(Ino.ofId(id)) * BlockHeader.BLOCK
            + BlockHeader.BLOCK / 2;
    ByteBuffer bytes = ByteBuffer.allocate(16);
    volume.image().device().read(position, bytes);
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) ~bytes.get(i));
    }
    volume.image().device().write(position, bytes.flip());
  }

  /** A thread that reads and writes a file. */
  private static final class Load implements AutoCloseable {
    final AtomicLong served = new AtomicLong();
    final AtomicLong slowest = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final Thread thread;

    Load(Volume volume, long file) {
      thread = Thread.ofPlatform().daemon().name("load").start(() -> work(volume, file));
    }

    private void work(Volume volume, long file) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
      try {
        while (!over.get()) {
          long from = System.nanoTime();
          volume.write(file, 0, buffer.clear());
          volume.read(file, 0, buffer.clear());
          slowest.accumulateAndGet(System.nanoTime() - from, Math::max);
          served.addAndGet(2);
        }
      } catch (IOException e) {
        failure.set(e);
      }
    }

    void awaitFirst() throws IOException {
      while (served.get() == 0 && failure.get() == null) {
        Thread.onSpinWait();
      }
      served.set(0);
      slowest.set(0);
    }

    @Override
    public void close() throws IOException {
      over.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      IOException failed = failure.get();
      if (failed != null) {
        throw new IOException("A request to another chunk failed: " + failed.getMessage(), failed);
      }
    }
  }
}
