package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.check.CheckOptions;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.HistoryScan;
import org.chunkfs.fsck.scan.ImageScan;
import org.chunkfs.fsck.scan.Keep;

/**
 * Changes single bytes of sound images at random places that count, and asks whether the check
 * notices each of them.
 *
 * <p>First only the damaged chunk is checked (or what belongs to the image). That is enough: the
 * full check does the same to that chunk and adds its findings to those of the others, so whatever
 * is found this way is found by it. Where nothing is found the full check is run to decide.
 */
public final class FlipTorture {
  private final byte[] boot = SampleImages.bootId();
  private final SplittableRandom random;
  private final BlockDevice device;
  private final Image image;
  private final ImageLayout layout;
  private final Keep keep;
  private final LiveBytes live;

  /**
   * What came of it.
   *
   * @param flips bytes changed
   * @param full how many of them needed a full check
   * @param missed what was not noticed, or stopped the checker, in words
   */
  public record Outcome(long flips, long full, List<String> missed) {}

  /** Is told after each flip. */
  @FunctionalInterface
  public interface Listener {
    void flipped(long done);
  }

  private FlipTorture(BlockDevice device, SplittableRandom random) throws IOException {
    this.device = device;
    this.random = random;
    this.image = Image.of(device);
    this.layout = image.layout();
    ImageCheck.Result sound = ImageCheck.run(image, options(), Progress.NONE);
    HistoryScan history = sound.history();
    if (!sound.findings().isEmpty() || history == null) {
      throw new IllegalStateException(
          "the image is not sound to begin with: " + sound.findings().list());
    }
    this.keep = history;
    List<ChunkScan> scans = new ArrayList<>();
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      scans.add(ChunkScan.open(new ChunkReader(device, layout, chunk), keep, new Findings(chunk)));
    }
    this.live = LiveBytes.of(device, layout, scans);
  }

  private CheckOptions options() {
    return new CheckOptions(true, Set.of(), boot, 1);
  }

  /**
   * Runs it.
   *
   * @param perImage flips in one image, before the next one is made
   */
  public static Outcome run(long seed, long count, int perImage, Listener listener)
      throws IOException {
    List<String> missed = new ArrayList<>();
    long done = 0;
    long full = 0;
    SplittableRandom random = new SplittableRandom(seed);
    while (done < count) {
      long imageSeed = random.nextLong();
      boolean settled = random.nextBoolean();
      BlockDevice device =
          random.nextInt(4) == 0
              ? SampleImages.spread(imageSeed, settled)
              : SampleImages.full(imageSeed, settled);
      FlipTorture torture = new FlipTorture(device, random.split());
      for (int i = 0; i < perImage && done < count; i++) {
        full += torture.flip(imageSeed, missed) ? 1 : 0;
        listener.flipped(++done);
      }
    }
    return new Outcome(done, full, missed);
  }

  /** Flips one byte and puts it back; true if a full check was needed. */
  private boolean flip(long imageSeed, List<String> missed) throws IOException {
    List<LiveBytes.Kind> kinds = live.kinds();
    LiveBytes.Kind kind = kinds.get(random.nextInt(kinds.size()));
    List<LiveBytes.Range> ranges = live.of(kind);
    LiveBytes.Range range = ranges.get(random.nextInt(ranges.size()));
    long position = range.position() + random.nextInt(range.length());
    ByteBuffer one = ByteBuffer.allocate(1);
    device.read(position, one);
    byte was = one.get(0);
    byte now = (byte) (was ^ (1 + random.nextInt(255)));
    device.write(position, ByteBuffer.wrap(new byte[] {now}));
    boolean full = false;
    try {
      if (!quick(range)) {
        full = true;
        if (ImageCheck.run(image, options(), Progress.NONE).findings().isEmpty()) {
          missed.add(describe(imageSeed, range, position, was, now) + " was not noticed");
        }
      }
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      missed.add(describe(imageSeed, range, position, was, now) + " stopped the check: " + e);
    }
    device.write(position, ByteBuffer.wrap(new byte[] {was}));
    return full;
  }

  private static String describe(
      long seed, LiveBytes.Range range, long position, byte was, byte now) {
    return "image %d: %s of chunk %d, byte %d (%d of its range): 0x%02x made 0x%02x"
        .formatted(
            seed, range.kind(), range.chunk(), position, position - range.position(), was, now);
  }

  private boolean quick(LiveBytes.Range range) {
    Findings findings = new Findings(range.chunk());
    if (range.chunk() < 0) {
      ImageScan.read(device, layout, findings);
    } else {
      ChunkReader reader = new ChunkReader(device, layout, range.chunk());
      ChunkCheck.run(ChunkScan.open(reader, keep, findings), true);
    }
    return !findings.isEmpty();
  }
}
