package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.FileDevice;
import org.chunkfs.core.device.Images;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.device.PatientDevice;
import org.chunkfs.core.error.ChunkFsException;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.error.MemberMissingException;
import org.jspecify.annotations.Nullable;

/**
 * An image's storage together with its layout: what mounting, checking and inspecting start from.
 */
public final class Image implements AutoCloseable {
  /** How long one place is waited for in the search for the layout. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BlockDevice device;
  private final ImageLayout layout;

  private Image(BlockDevice device, ImageLayout layout) {
    this.device = device;
    this.layout = layout;
  }

  /**
   * The image on a device that holds all its members.
   *
   * @throws ImageException if it is none
   */
  public static Image of(BlockDevice device) throws IOException {
    return of(device, PATIENCE);
  }

  /**
   * The same.
   *
   * @param patience how long a place that does not answer is waited for, before the next one is
   *     tried
   */
  public static Image of(BlockDevice device, Duration patience) throws IOException {
    return of(device, ImageLayout.find(new PatientDevice(device, patience)));
  }

  private static Image of(BlockDevice device, ImageLayout layout) throws IOException {
    if (device.size() < layout.bytes()) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "%s has %d bytes, but the image needs %d"
              .formatted(device, device.size(), layout.bytes()));
    }
    return new Image(device, layout);
  }

  /**
   * The image on a device, by a copy of its superblock that the caller names.
   *
   * @param copy the block that holds it, a superblock or a chunk's header
   * @throws ImageException if there is no sound copy in that block, or the device is too small
   */
  public static Image ofCopy(BlockDevice device, long copy) throws IOException {
    return of(device, ImageLayout.of(SuperblockCopies.at(device, copy)));
  }

  /**
   * Opens an image by its members, in any order. Members that are not given, do not exist or were
   * cut short are missing parts: their chunks cannot be reached, all others can.
   *
   * @throws ImageException NOT_AN_IMAGE, NEWER_FORMAT, or WRONG_MEMBERS if they are not of one
   *     image
   * @throws org.chunkfs.core.error.DeviceException if one cannot be opened
   */
  public static Image open(List<Path> paths, Mode mode) throws IOException {
    return open(paths, mode, -1);
  }

  /**
   * Opens an image by a copy of its superblock that the caller names.
   *
   * @param copy block of the first file that holds it, a superblock or a chunk's header; -1: the
   *     first sound one
   * @throws ImageException as {@link #open(List, Mode)}, or if there is no sound copy in that block
   */
  public static Image open(List<Path> paths, Mode mode, long copy) throws IOException {
    ImageLayout layout = null;
    @Nullable Path[] placed = new Path[0];
    List<Path> unplaced = new ArrayList<>();
    ChunkFsException first = null;
    for (Path path : paths) {
      byte[] block;
      try {
        block = superblock(path, path.equals(paths.getFirst()) ? copy : -1);
      } catch (MemberMissingException e) {
        unplaced.add(path);
        first = first == null ? e : first;
        continue;
      } catch (ImageException e) {
        if (paths.size() == 1) {
          throw e;
        }
        unplaced.add(path);
        first = first == null ? e : first;
        continue;
      }
      ImageLayout its = ImageLayout.of(block);
      if (layout == null) {
        layout = its;
        placed = new Path[layout.members().size()];
      } else if (!layout.uuidText().equals(its.uuidText())) {
        throw new ImageException(
            ImageException.Kind.WRONG_MEMBERS,
            path + " is of another image (" + its.uuidText() + ") than the members before it");
      }
      int index = ImageLayout.memberIndex(block);
      if (index >= placed.length) {
        throw new ImageException(
            ImageException.Kind.WRONG_MEMBERS,
            "%s says that it is member %d of the image, which has %d"
                .formatted(path, index + 1, placed.length));
      }
      Path other = placed[index];
      if (other != null) {
        throw new ImageException(
            ImageException.Kind.WRONG_MEMBERS,
            "%s and %s both say that they are member %d of the image"
                .formatted(other, path, index + 1));
      }
      placed[index] = path;
    }
    if (layout == null) {
      if (first != null) {
        throw first;
      }
      throw new IllegalArgumentException("an image of no members");
    }
    return open(layout, places(placed, unplaced), mode);
  }

  private static List<Path> places(@Nullable Path[] placed, List<Path> unplaced)
      throws ImageException {
    List<Path> all = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < placed.length; i++) {
      Path path = placed[i];
      if (path == null) {
        path = next < unplaced.size() ? unplaced.get(next++) : Path.of("not given");
      }
      all.add(path);
    }
    if (next < unplaced.size()) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          unplaced.get(next) + " is no member of this image, which has " + placed.length);
    }
    return all;
  }

  private static Image open(ImageLayout layout, List<Path> paths, Mode mode) throws IOException {
    long[] sizes =
        layout.members().stream().mapToLong(m -> m.blocks() * BlockDevice.BLOCK).toArray();
    return new Image(Images.openDegraded(paths, mode, sizes), layout);
  }

  private static byte[] superblock(Path path, long copy) throws IOException {
    if (Files.notExists(path)) {
      throw new MemberMissingException(path + ": no such file or device");
    }
    try (FileDevice device = FileDevice.open(path, Mode.READ_ONLY)) {
      BlockDevice patient = new PatientDevice(device, PATIENCE);
      return copy < 0 ? SuperblockCopies.find(patient) : SuperblockCopies.at(patient, copy);
    }
  }

  /** The same image on a device that stands before or in place of its own. */
  public Image on(BlockDevice other) {
    return new Image(other, layout);
  }

  public BlockDevice device() {
    return device;
  }

  public ImageLayout layout() {
    return layout;
  }

  /** Gives the device back; writes and flushes nothing. */
  @Override
  public void close() throws IOException {
    device.close();
  }
}
