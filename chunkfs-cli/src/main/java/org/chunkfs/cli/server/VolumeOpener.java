package org.chunkfs.cli.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens the image that a mount serves: the one place where the engine is plugged in. */
@FunctionalInterface
public interface VolumeOpener {
  /**
   * Opens, and where needed recovers, an image.
   *
   * @param members the files or devices it consists of, in order
   * @param readOnly whether nothing may be written
   * @param options the mount options that are not the mount's own; a bare word has the value {@code
   *     ""}
   * @throws IOException with a one-sentence message if it cannot be served
   * @throws IllegalArgumentException if an option is unknown or its value makes no sense
   */
  ServedVolume open(List<Path> members, boolean readOnly, Map<String, String> options)
      throws IOException;
}
