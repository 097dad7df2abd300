package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;

/** An image with one directory, all of it in its place. */
final class SettledImage {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 0, 0, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 0, 0, 0);

  private SettledImage() {}

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Its directory has a file, and these, which are in the journal only until they are in place. */
  static MemoryDevice of(String... files) throws IOException {
    MemoryDevice device = Trial.image(3);
    Volume volume = Trial.open(device, Trial.options(), 1);
    long dir = volume.mkdir(volume.root(), b("d"), DIRECTORY).id();
    volume.create(dir, b("first"), FILE);
    for (int i = 0; i < 3; i++) {
      volume.checkpoint(i);
    }
    for (String file : files) {
      volume.create(dir, b(file), FILE);
    }
    volume.checkpoint(Trial.chunkOf(dir));
    volume.close();
    return device.snapshot();
  }

  static int chunk(MemoryDevice image) throws IOException {
    return Trial.chunkOf(directory(image));
  }

  static long directory(MemoryDevice image) throws IOException {
    try (Volume volume = Trial.open(image.snapshot(), Trial.options(), 1)) {
      return volume.lookup(volume.root(), b("d")).id();
    }
  }
}
