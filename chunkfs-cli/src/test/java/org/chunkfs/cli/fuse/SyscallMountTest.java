package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** System calls of Linux that java.nio.file has no words for, on a real mount. */
@NeedsFuse
@Timeout(60)
final class SyscallMountTest {
  private static MountedVfs mounted;

  @BeforeAll
  static void mount() throws IOException {
    mounted = MountedVfs.memory();
  }

  @AfterAll
  static void unmount() throws IOException {
    mounted.close();
  }

  private static Path fresh(TestInfo test) throws IOException {
    return mounted.newDirectory(test.getTestMethod().orElseThrow().getName());
  }

  private static long errno(Errno errno) {
    return errno.negative();
  }

  @Test
  void renameKnowsItsFlags(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Path a = Files.writeString(directory.resolve("a"), "a");
    Path b = Files.createDirectory(directory.resolve("b"));
    Path c = directory.resolve("c");
    assertThat((long) Syscalls.rename(a, b, Syscalls.RENAME_NOREPLACE))
        .isEqualTo(errno(Errno.EEXIST));
    assertThat((long) Syscalls.rename(a, c, Syscalls.RENAME_EXCHANGE))
        .isEqualTo(errno(Errno.ENOENT));
    assertThat((long) Syscalls.rename(a, c, Syscalls.RENAME_WHITEOUT))
        .isEqualTo(errno(Errno.EINVAL));
    assertThat(Syscalls.rename(a, b, Syscalls.RENAME_EXCHANGE)).isZero();
    assertThat(a).isDirectory();
    assertThat(b).hasContent("a");
    assertThat(Syscalls.rename(b, c, Syscalls.RENAME_NOREPLACE)).isZero();
    assertThat(b).doesNotExist();
    assertThat(c).hasContent("a");
  }

  @Test
  void fallocateKnowsItsModes(TestInfo test) throws IOException {
    Path file = fresh(test).resolve("f");
    int fd = Syscalls.open(file, Syscalls.O_RDWR | Syscalls.O_CREAT, 0644);
    try {
      assertThat(Syscalls.fallocate(fd, 0, 0, 40_960)).isZero();
      assertThat(Files.size(file)).isEqualTo(40_960);
      byte[] ones = new byte[40_960];
      java.util.Arrays.fill(ones, (byte) 1);
      assertThat(Syscalls.pwrite(fd, ones, 0)).isEqualTo(40_960);
      int punch = Syscalls.FALLOC_PUNCH_HOLE | Syscalls.FALLOC_KEEP_SIZE;
      assertThat(Syscalls.fallocate(fd, punch, 4000, 10_000)).isZero();
      java.util.Arrays.fill(ones, 4000, 14_000, (byte) 0);
      assertThat(Files.readAllBytes(file)).isEqualTo(ones);
      assertThat(Syscalls.fallocate(fd, Syscalls.FALLOC_ZERO_RANGE, 40_000, 5_000)).isZero();
      assertThat(Files.size(file)).isEqualTo(45_000);
      assertThat(Syscalls.fallocate(fd, Syscalls.FALLOC_KEEP_SIZE, 0, 100_000)).isZero();
      assertThat(Files.size(file)).isEqualTo(45_000);
      assertThat((long) Syscalls.fallocate(fd, Syscalls.FALLOC_COLLAPSE, 0, 4096))
          .isEqualTo(errno(Errno.EOPNOTSUPP));
      assertThat((long) Syscalls.fallocate(fd, 0, 0, 1L << 45)).isEqualTo(errno(Errno.EFBIG));
      assertThat((long) Syscalls.fallocate(fd, 0, 0, 1L << 40)).isEqualTo(errno(Errno.ENOSPC));
    } finally {
      Libc.close(fd);
    }
  }

  @Test
  void seekFindsDataAndHoles(TestInfo test) throws IOException {
    int fd = Syscalls.open(fresh(test).resolve("f"), Syscalls.O_RDWR | Syscalls.O_CREAT, 0644);
    try {
      Syscalls.pwrite(fd, new byte[] {1}, 1 << 20);
      Syscalls.pwrite(fd, new byte[] {1}, 3 << 20);
      assertThat(Syscalls.lseek(fd, 0, Syscalls.SEEK_DATA)).isEqualTo(1 << 20);
      assertThat(Syscalls.lseek(fd, 0, Syscalls.SEEK_HOLE)).isZero();
      assertThat(Syscalls.lseek(fd, 1 << 20, Syscalls.SEEK_HOLE)).isEqualTo((1 << 20) + 4096);
      assertThat(Syscalls.lseek(fd, (1 << 20) + 4096, Syscalls.SEEK_DATA)).isEqualTo(3 << 20);
      assertThat(Syscalls.lseek(fd, 3 << 20, Syscalls.SEEK_HOLE)).isEqualTo((3 << 20) + 1);
      assertThat(Syscalls.lseek(fd, 4 << 20, Syscalls.SEEK_DATA)).isEqualTo(errno(Errno.ENXIO));
    } finally {
      Libc.close(fd);
    }
  }

  @Test
  void utimensKnowsNowAndOmit(TestInfo test) throws IOException {
    Path file = Files.createFile(fresh(test).resolve("f"));
    assertThat(Syscalls.utimens(file, 1_000, 1, 2_000, 999_999_999)).isZero();
    assertThat(Syscalls.utimens(file, 0, Syscalls.UTIME_OMIT, 2_001, 5)).isZero();
    assertThat(time(file, "lastAccessTime")).isEqualTo(Instant.ofEpochSecond(1_000, 1));
    assertThat(time(file, "lastModifiedTime")).isEqualTo(Instant.ofEpochSecond(2_001, 5));
    Instant before = Instant.now().minusSeconds(1);
    assertThat(Syscalls.utimens(file, 0, Syscalls.UTIME_NOW, 0, Syscalls.UTIME_OMIT)).isZero();
    assertThat(time(file, "lastAccessTime")).isAfter(before);
    assertThat(time(file, "lastModifiedTime")).isEqualTo(Instant.ofEpochSecond(2_001, 5));
    assertThat(Syscalls.utimens(file, -1_000, 123_456_789, -1, 0)).isZero();
    assertThat(Shell.run(file.getParent(), "TZ=UTC stat -c '%X %y' f").strip())
        .isEqualTo("-1000 1969-12-31 23:59:59.000000000 +0000");
    // Beyond what 64 bits of nanoseconds can say.
    assertThat(Syscalls.utimens(file, 1L << 40, 0, 1L << 40, 0)).isZero();
    assertThat(time(file, "lastModifiedTime")).isAfter(Instant.parse("2262-01-01T00:00:00Z"));
  }

  private static Instant time(Path file, String attribute) throws IOException {
    return ((FileTime) Files.getAttribute(file, attribute)).toInstant();
  }

  @Test
  void openWithoutANameIsNotSupported(TestInfo test) throws IOException {
    int fd = Syscalls.open(fresh(test), Syscalls.O_TMPFILE | Syscalls.O_RDWR, 0600);
    assertThat((long) fd).isEqualTo(errno(Errno.EOPNOTSUPP));
  }

  @Test
  void fsyncWorksOnFilesAndDirectories(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Files.writeString(directory.resolve("f"), "x");
    for (Path path : new Path[] {directory, directory.resolve("f")}) {
      int fd = Syscalls.open(path, Syscalls.O_RDONLY, 0);
      try {
        assertThat(Syscalls.fsync(fd)).isZero();
      } finally {
        Libc.close(fd);
      }
    }
  }

  @Test
  void writesPastTheLargestFileAreRefused(TestInfo test) throws IOException {
    int fd = Syscalls.open(fresh(test).resolve("f"), Syscalls.O_RDWR | Syscalls.O_CREAT, 0644);
    try {
      assertThat(Syscalls.pwrite(fd, new byte[] {1}, (1L << 44) - 1)).isEqualTo(1);
      assertThat(Syscalls.pwrite(fd, new byte[] {1}, 1L << 44)).isEqualTo(errno(Errno.EFBIG));
    } finally {
      Libc.close(fd);
    }
  }
}
