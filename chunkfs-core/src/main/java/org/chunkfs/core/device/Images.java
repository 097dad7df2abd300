package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.error.MemberMissingException;

/** Opens the members of an image as one device. */
public final class Images {

  /** The least an image's member may have, in bytes. */
  public static final long MIN_MEMBER_SIZE = 1 << 20;

  private Images() {}

  /**
   * Opens an image, all of whose members are there.
   *
   * @param members the files or devices, in their order
   * @throws org.chunkfs.core.error.DeviceBusyException if it is to be written and somebody else has
   *     one of them open for writing
   * @throws DeviceException if one does not exist, may not be opened, is of the wrong kind or too
   *     small, or is given twice
   */
  public static BlockDevice open(List<Path> members, Mode mode) throws IOException {
    checkDistinct(members);
    return openAll(members.size(), i -> openMember(members.get(i), mode));
  }

  /**
   * Opens an image of which members may be missing or cut short. Each member takes the place its
   * size gives it, so that the others stand where they always do.
   *
   * @param members the files or devices, in their order, also those that are missing
   * @param sizes how many bytes each holds, as the image says: multiples of {@link
   *     BlockDevice#BLOCK}
   * @throws MemberMissingException if none of them is there
   * @throws DeviceException if one of those that are there cannot be opened, or is given twice
   */
  public static BlockDevice openDegraded(List<Path> members, Mode mode, long[] sizes)
      throws IOException {
    if (members.size() != sizes.length) {
      throw new IllegalArgumentException(
          members.size() + " members and " + sizes.length + " sizes");
    }
    checkDistinct(members);
    if (members.stream().noneMatch(Images::exists)) {
      throw new MemberMissingException(members.getFirst() + ": no such file, nor any other member");
    }
    return openAll(members.size(), i -> openPlace(members.get(i), mode, sizes[i]));
  }

  /** Opens one member. */
  @FunctionalInterface
  private interface Opener {
    BlockDevice open(int index) throws IOException;
  }

  private static BlockDevice openAll(int count, Opener opener) throws IOException {
    List<BlockDevice> devices = new ArrayList<>(count);
    boolean done = false;
    try {
      for (int i = 0; i < count; i++) {
        devices.add(opener.open(i));
      }
      BlockDevice image = count == 1 ? devices.getFirst() : new ConcatDevice(devices);
      done = true;
      return image;
    } finally {
      if (!done) {
        ConcatDevice.closeAll(devices);
      }
    }
  }

  private static BlockDevice openMember(Path path, Mode mode) throws IOException {
    FileDevice device = FileDevice.open(path, mode);
    if (device.size() < MIN_MEMBER_SIZE) {
      device.close();
      throw new DeviceException(
          device.size() == 0
              ? path + ": is empty, not an image"
              : "%s: is too small for an image: %d bytes, at least %d are needed"
                  .formatted(path, device.size(), MIN_MEMBER_SIZE));
    }
    return device;
  }

  private static BlockDevice openPlace(Path path, Mode mode, long size) throws IOException {
    if (!exists(path)) {
      return new MissingDevice(path.toString(), size);
    }
    FileDevice device = FileDevice.open(path, mode);
    if (device.size() == size) {
      return device;
    }
    return new FittedDevice(device, size);
  }

  private static boolean exists(Path path) {
    return !Files.notExists(path); // where that cannot be told, opening it gives the reason
  }

  private static void checkDistinct(List<Path> members) throws IOException {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("an image of no members");
    }
    Map<Object, Path> seen = new HashMap<>();
    for (Path path : members) {
      if (Files.exists(path)) {
        Path other = seen.put(HostFile.keyOf(path), path);
        if (other != null) {
          throw new DeviceException(
              path.equals(other)
                  ? path + ": is given twice"
                  : "%s and %s are the same file".formatted(other, path));
        }
      }
    }
  }
}
