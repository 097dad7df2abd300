package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Memory-mapped files. The mapping is another process's: a thread that faults a page in cannot
 * reach a safepoint, and a server in the same JVM might wait for it to do so.
 */
@NeedsFuse
@Timeout(60)
final class MmapMountTest {
  private static final long SIZE = 5_000_000;

  /** The other process: changes a file through one mapping and reads it through another. */
  static final class Mapper {
    private Mapper() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0]);
      try (Arena arena = Arena.ofConfined();
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        MemorySegment shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, arena);
        for (long at = 0; at < SIZE; at += 1000) {
          byte old = shared.get(ValueLayout.JAVA_BYTE, at);
          shared.set(ValueLayout.JAVA_BYTE, at, (byte) (old + 1));
        }
        shared.force();
        MemorySegment copy = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, arena);
        if (shared.mismatch(copy) != -1) {
          System.exit(3);
        }
      }
    }
  }

  @Test
  void mappedChangesReachTheFile() throws IOException {
    try (MountedVfs mounted = MountedVfs.memory()) {
      byte[] bytes = new byte[(int) SIZE];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (i / 7);
      }
      Path file = Files.write(mounted.root().resolve("f"), bytes);
      Shell.run(
          mounted.root().getParent(),
          "'%s/bin/java' -Xshare:auto -XX:TieredStopAtLevel=1 -cp '%s' '%s' '%s'"
              .formatted(
                  System.getProperty("java.home"),
                  System.getProperty("java.class.path"),
                  Mapper.class.getName(),
                  file));
      for (int i = 0; i < bytes.length; i += 1000) {
        bytes[i]++;
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }
  }
}
