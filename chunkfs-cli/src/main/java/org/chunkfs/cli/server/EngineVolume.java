package org.chunkfs.cli.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.fuse.FuseNotifier;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import org.chunkfs.core.volume.VolumeOptions.FencedPolicy;
import org.chunkfs.fsck.scrub.ScrubOptions;
import org.chunkfs.fsck.scrub.Scrubber;
import org.jspecify.annotations.Nullable;

/** An image opened by the engine, for a mount or for a command that works without one. */
public final class EngineVolume implements ServedVolume {
  /** Journals that hold less are left to the next opening. */
  private static final long SETTLED_BYTES = 1 << 20;

  private final Volume volume;
  private final @Nullable ScrubOptions scrub;
  private volatile @Nullable Scrubber scrubber;

  private EngineVolume(Volume volume, @Nullable ScrubOptions scrub) {
    this.volume = volume;
    this.scrub = scrub;
  }

  /** Opens an image; see {@link VolumeOpener#open}. */
  public static EngineVolume open(List<Path> members, boolean readOnly, Map<String, String> options)
      throws IOException {
    ScrubOptions scrub = ScrubWords.parse(options);
    VolumeOptions parsed = options(options).withReadOnly(readOnly);
    Image image = Image.open(members, readOnly ? Mode.READ_ONLY : Mode.READ_WRITE);
    try {
      return new EngineVolume(Volume.open(image, parsed), readOnly ? null : scrub);
    } catch (IOException | RuntimeException e) {
      image.close();
      throw e;
    }
  }

  /**
   * The options of a volume, as {@code mount -o} spells them.
   *
   * @throws IllegalArgumentException with a sentence about the one that makes no sense
   */
  static VolumeOptions options(Map<String, String> words) {
    VolumeOptions options = VolumeOptions.defaults().withRestart(true);
    for (Map.Entry<String, String> word : words.entrySet()) {
      String value = word.getValue();
      options =
          switch (word.getKey()) {
            case "fenced" -> options.withFenced(policy(value));
            case "deadline" -> options.withDeadline(seconds("deadline", value));
            case "stall" -> options.withStall(seconds("stall", value));
            case "flush" -> options.withFlush(seconds("flush", value), options.flushBytes());
            case "flush_bytes" -> options.withFlush(options.flushInterval(), Sizes.parse(value));
            case "checkpoint" -> options.withCheckpoint(percent(value), options.journalBytes());
            case "journal" ->
                options.withCheckpoint(options.checkpointPercent(), Sizes.parse(value));
            case "cache" ->
                options.withCacheBlocks(
                    (int) Math.clamp(Sizes.parse(value) / 4096, 1024, Integer.MAX_VALUE));
            case ScrubWords.PERIOD, ScrubWords.SHARE -> options; // not the volume's own
            default ->
                throw new IllegalArgumentException(
                    "There is no mount option '" + word.getKey() + "'; see chunkfs mount --help.");
          };
    }
    return options;
  }

  private static FencedPolicy policy(String value) {
    return switch (value) {
      case "wait" -> FencedPolicy.WAIT;
      case "fail" -> FencedPolicy.FAIL;
      case "read" -> FencedPolicy.READ;
      default ->
          throw new IllegalArgumentException(
              "fenced=%s makes no sense; it is wait, fail or read.".formatted(value));
    };
  }

  private static Duration seconds(String key, String value) {
    if (!value.matches("[0-9]{1,6}(\\.[0-9]{1,3})?") || Double.parseDouble(value) < 0.001) {
      throw new IllegalArgumentException(
          "%s=%s makes no sense; it is a number of seconds.".formatted(key, value));
    }
    return Duration.ofMillis((long) (Double.parseDouble(value) * 1000));
  }

  private static int percent(String value) {
    if (!value.matches("[0-9]{1,2}") || Integer.parseInt(value) < 1) {
      throw new IllegalArgumentException(
          "checkpoint=%s makes no sense; it is 1 to 99 (percent).".formatted(value));
    }
    return Integer.parseInt(value);
  }

  @Override
  public Vfs vfs() {
    return volume;
  }

  /** The engine itself. */
  public Volume volume() {
    return volume;
  }

  @Override
  public void mounted(ControlServer control, FuseNotifier kernel, MountPoint point, FuseLog log) {
    Scrubber checks =
        scrub == null || volume.options().readOnly()
            ? null
            : Scrubber.start(
                volume, scrub, InstantSource.system(), line -> log.problem(line, null));
    scrubber = checks;
    new VolumeControl(volume, new Advice(volume, point.toString(), checks)).register(control);
    FsckControl.register(control, volume, InstantSource.system());
    new KernelCaches(kernel).follow(volume);
  }

  @Override
  public void close() throws IOException {
    Scrubber checks = scrubber;
    if (checks != null) {
      checks.close();
    }
    try {
      volume.settle(SETTLED_BYTES);
    } catch (IOException e) {
      // Then the next opening has more to do.
    } finally {
      volume.close();
    }
  }
}
