package org.chunkfs.cli.scratch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.FileDevice;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;

/** Images in new sparse files. */
public final class ScratchImage {
  private ScratchImage() {}

  /**
   * Makes an image.
   *
   * @param file which must not be there yet
   * @param bytes its size, a multiple of 4096
   */
  public static ImageLayout make(Path file, long bytes, FormatOptions options) throws IOException {
    try (BlockDevice device = FileDevice.create(file, bytes, false)) {
      return ChunkFs.format(device, options);
    }
  }

  /** Opens one to be read and written. */
  public static Volume open(Path file) throws IOException {
    Image image = Image.open(List.of(file), Mode.READ_WRITE);
    try {
      return Volume.open(image, VolumeOptions.defaults());
    } catch (IOException | RuntimeException | Error e) {
      image.close();
      throw e;
    }
  }
}
