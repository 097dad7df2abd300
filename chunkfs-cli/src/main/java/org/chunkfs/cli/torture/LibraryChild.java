package org.chunkfs.cli.torture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.FileDevice;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;

/**
 * The process that {@link KillLibrary} starts to have it killed: this program once more. It opens
 * an image through the library and lets workers do their deeds. It says {@code ready}, the number
 * of a worker whenever one of its deeds has been acknowledged, and {@code point} when it has come
 * to the point at which it is to be killed. It does not end by itself.
 */
public final class LibraryChild {
  private static final long CHECKPOINT_EVERY_NANOS = 15_000_000;

  private LibraryChild() {}

  /**
   * Does it.
   *
   * @param arguments image, seed, point, seed of the point, deeds done by each worker
   */
  public static void work(List<String> arguments, PrintWriter out) throws IOException {
    long seed = Long.parseLong(arguments.get(1));
    KillPoint point = KillPoint.valueOf(arguments.get(2));
    Path file = Path.of(arguments.get(0));
    ImageLayout layout;
    try (BlockDevice device = FileDevice.open(file, Mode.READ_ONLY)) {
      layout = ImageLayout.find(device);
    }
    BlockDevice device =
        point.watched(
            FileDevice.open(file, Mode.READ_WRITE),
            layout,
            Long.parseLong(arguments.get(3)),
            () -> say(out, "point"));
    Volume volume =
        Volume.open(
            Image.of(device),
            VolumeOptions.defaults()
                .withFlush(Duration.ofMillis(20), 1 << 20)
                .withCheckpoint(20, 1 << 20));
    say(out, "ready");
    List<String> done = arguments.subList(4, arguments.size());
    List<Thread> workers = new ArrayList<>();
    for (int w = 0; w < done.size(); w++) {
      int worker = w;
      Hands hands = new LibraryHands(volume, worker);
      Ledger ledger = new Ledger(seed, worker, Long.parseLong(done.get(w)), hands.files());
      workers.add(Thread.ofPlatform().start(() -> deeds(hands, worker, ledger, out)));
    }
    for (int chunk = 0; workers.stream().allMatch(Thread::isAlive); chunk++) {
      LockSupport.parkNanos(CHECKPOINT_EVERY_NANOS);
      volume.checkpoint(chunk % volume.layout().chunks());
    }
    throw new IOException("a worker has ended");
  }

  private static void deeds(Hands hands, int worker, Ledger ledger, PrintWriter out) {
    try {
      hands.begin();
      while (true) {
        hands.act(ledger.next(), ledger);
        ledger.acknowledged();
        say(out, String.valueOf(worker));
      }
    } catch (IOException | RuntimeException e) {
      say(out, "failed " + worker + ": " + e);
    }
  }

  private static void say(PrintWriter out, String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }
}
