package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Who holds the lock on a file, where the host tells: {@code /proc/locks}, see proc_locks(5). */
final class LockOwner {
  private LockOwner() {}

  /** The process that holds a write lock on a file, or empty if that cannot be found out. */
  static OptionalLong find(Path path) {
    try {
      long device = (long) Files.getAttribute(path, "unix:dev");
      long inode = (long) Files.getAttribute(path, "unix:ino");
      return find(Files.readAllLines(Path.of("/proc/locks")), device, inode);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * As {@link #find(Path)}, in given lines, such as {@code 1: POSIX ADVISORY WRITE 42 fe:00:7 0
   * EOF}.
   */
  static OptionalLong find(List<String> lines, long device, long inode) {
    String place = "%02x:%02x:%d".formatted(major(device), minor(device), inode);
    return lines.stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(f -> f.length >= 6 && f[3].equals("WRITE") && f[5].equals(place))
        .mapToLong(f -> Long.parseLong(f[4]))
        .filter(pid -> pid > 0) // 0 or -1: in another pid namespace
        .findFirst();
  }

  private static long major(long device) {
    return (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
  }

  private static long minor(long device) {
    return (device & 0xff) | (device >>> 12 & ~0xffL & 0xffffffffL);
  }
}
