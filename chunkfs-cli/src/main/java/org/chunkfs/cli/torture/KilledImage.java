package org.chunkfs.cli.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.FileDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.fsck.torture.SoundImage;

/** The image file that processes work on and are killed over. */
final class KilledImage {
  private static final int CHUNK = 4 << 20;
  private static final int CHUNKS = 8;
  private static final int COPY = 1 << 20;

  private final Path file;
  private final SoundImage check = new SoundImage(bootId());

  /** Makes a new one. */
  KilledImage(Path file, long seed) throws IOException {
    this.file = file;
    ScratchImage.make(
        file,
        (1 << 20) + (long) CHUNKS * CHUNK,
        FormatOptions.seeded(seed, 1_000).withChunkBytes(CHUNK));
  }

  Path file() {
    return file;
  }

  /** The running machine's boot id where it has one (Linux), else zeros: not known. */
  private static byte[] bootId() {
    try {
      String text =
          Files.readString(Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.strip().replace("-", ""));
    } catch (IOException | IllegalArgumentException e) {
      return new byte[16];
    }
  }

  /** A copy of it as it is now. */
  MemoryDevice copy() throws IOException {
    byte[] bytes = new byte[COPY];
    byte[] zeros = new byte[BlockDevice.BLOCK];
    try (BlockDevice device = FileDevice.open(file, Mode.READ_ONLY)) {
      MemoryDevice copy = new MemoryDevice(device.size());
      for (long at = 0; at < device.size(); at += COPY) {
        int length = (int) Math.min(COPY, device.size() - at);
        device.read(at, ByteBuffer.wrap(bytes, 0, length));
        for (int i = 0; i < length; i += zeros.length) {
          if (!Arrays.equals(bytes, i, i + zeros.length, zeros, 0, zeros.length)) {
            copy.write(at + i, ByteBuffer.wrap(bytes, i, zeros.length));
          }
        }
      }
      return copy;
    }
  }

  /** What {@code fsck -n} finds in a copy. */
  List<String> findings(MemoryDevice copy) throws IOException {
    return check.check(copy.snapshot().asReadOnly());
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
