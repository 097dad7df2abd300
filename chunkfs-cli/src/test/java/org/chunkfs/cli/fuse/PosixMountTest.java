package org.chunkfs.cli.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.chunkfs.core.sim.MemoryVfs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What POSIX promises of a filesystem, asked through java.nio.file of a real mount. */
@NeedsFuse
@Timeout(60)
final class PosixMountTest {
  private static MemoryVfs vfs;
  private static MountedVfs mounted;

  @BeforeAll
  static void mount() throws IOException {
    vfs = new MemoryVfs(InstantSource.system());
    mounted = MountedVfs.of(vfs, "");
  }

  @AfterAll
  static void unmount() throws IOException {
    mounted.close();
    assertThat(vfs.holdCount()).as("every open was released").isZero();
  }

  private static Path fresh(TestInfo test) throws IOException {
    return mounted.newDirectory(test.getTestMethod().orElseThrow().getName());
  }

  @Test
  void readsWhatWasWritten(TestInfo test) throws IOException {
    Path file = fresh(test).resolve("f");
    byte[] bytes = new byte[3_000_001];
    new Random(1).nextBytes(bytes);
    Files.write(file, bytes);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    assertThat(Files.size(file)).isEqualTo(bytes.length);
  }

  @Test
  void appendsAtTheEnd(TestInfo test) throws IOException {
    Path file = fresh(test).resolve("f");
    Files.writeString(file, "one");
    try (FileChannel a = FileChannel.open(file, StandardOpenOption.APPEND);
        FileChannel b = FileChannel.open(file, StandardOpenOption.APPEND)) {
      a.write(ByteBuffer.wrap("two".getBytes(UTF_8)));
      b.write(ByteBuffer.wrap("three".getBytes(UTF_8)));
      a.write(ByteBuffer.wrap("four".getBytes(UTF_8)));
    }
    assertThat(file).hasContent("onetwothreefour");
  }

  @Test
  void truncatesOnOpenAndOnDemand(TestInfo test) throws IOException {
    Path file = fresh(test).resolve("f");
    Files.writeString(file, "0123456789");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(4);
      channel.write(ByteBuffer.wrap(new byte[] {'x'}), 6);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo("0123\0\0x".getBytes(UTF_8));
    Files.writeString(file, "new", StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(file).hasContent("new");
  }

  @Test
  void holdsUnlinkedFilesWhileTheyAreOpen(TestInfo test) throws IOException {
    Path file = fresh(test).resolve("f");
    Files.writeString(file, "still here");
    long inodes = vfs.inodeCount();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Files.delete(file);
      assertThat(file).doesNotExist();
      channel.write(ByteBuffer.wrap("STILL".getBytes(UTF_8)), 0);
      ByteBuffer read = ByteBuffer.allocate(100);
      channel.read(read, 0);
      assertThat(new String(read.array(), 0, read.position(), UTF_8)).isEqualTo("STILL here");
      assertThat(channel.size()).isEqualTo(10);
      assertThat(vfs.inodeCount()).isEqualTo((int) inodes);
    }
    // The kernel releases in the background.
    org.assertj.core.api.Assertions.assertThatCode(() -> awaitInodes(inodes - 1))
        .doesNotThrowAnyException();
  }

  private static void awaitInodes(long wanted) throws InterruptedException {
    for (int i = 0; i < 100 && vfs.inodeCount() != wanted; i++) {
      Thread.sleep(20);
    }
    assertThat(vfs.inodeCount()).isEqualTo((int) wanted);
  }

  @Test
  void refusesWhatPosixRefuses(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Path file = Files.createFile(directory.resolve("f"));
    Path full = Files.createDirectory(directory.resolve("d"));
    Files.createFile(full.resolve("in"));
    assertThatThrownBy(() -> Files.createFile(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.createDirectory(full))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.delete(full)).isInstanceOf(DirectoryNotEmptyException.class);
    assertThatThrownBy(() -> Files.readString(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.readString(file.resolve("below")))
        .hasMessageContaining("Not a directory");
    assertThatThrownBy(() -> Files.move(full, full.resolve("itself")))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> Files.move(file, full, StandardCopyOption.ATOMIC_MOVE))
        .hasMessageContaining("Is a directory");
  }

  @Test
  void takesNamesOf255BytesAndNoLonger(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Path longest = directory.resolve("é".repeat(127) + "x");
    Files.writeString(longest, "long");
    assertThat(longest).hasContent("long");
    assertThatThrownBy(() -> Files.createFile(directory.resolve("é".repeat(128))))
        .hasMessageContaining("File name too long");
    Files.move(longest, directory.resolve("y".repeat(255)));
    try (Stream<Path> names = Files.list(directory)) {
      assertThat(names.map(p -> p.getFileName().toString())).containsExactly("y".repeat(255));
    }
  }

  @Test
  void listsLargeDirectoriesWhileTheyChange(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 2500; i++) {
      String name = "file-with-a-name-of-some-length-" + i;
      Files.createFile(directory.resolve(name));
      expected.add(name);
    }
    Set<String> seen = new TreeSet<>();
    try (var names = Files.newDirectoryStream(directory)) {
      for (Path name : names) {
        assertThat(seen.add(name.getFileName().toString())).as("no name comes twice").isTrue();
        Files.delete(name);
      }
    }
    assertThat(seen).isEqualTo(expected);
    Files.delete(directory);
  }

  @Test
  void movesAcrossDirectoriesAndOverFiles(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Path a = Files.createDirectories(directory.resolve("a/b/c"));
    Path d = Files.createDirectory(directory.resolve("d"));
    Files.writeString(a.resolve("f"), "moved");
    Files.writeString(d.resolve("g"), "replaced");
    Files.move(a.resolve("f"), d.resolve("g"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(d.resolve("g")).hasContent("moved");
    Files.move(directory.resolve("a/b"), d.resolve("b"));
    assertThat(d.resolve("b/c/../../g")).hasContent("moved");
    Files.move(d.resolve("b"), directory.resolve("a"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(directory.resolve("a/c")).isEmptyDirectory();
  }

  @Test
  void linksShareTheInode(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Path file = Files.writeString(directory.resolve("f"), "x");
    Path link = Files.createLink(directory.resolve("g"), file);
    Files.writeString(link, "y", StandardOpenOption.APPEND);
    assertThat(file).hasContent("xy");
    assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
    assertThat(Files.isSameFile(file, link)).isTrue();
    Files.delete(file);
    assertThat(Files.getAttribute(link, "unix:nlink")).isEqualTo(1);
  }

  @Test
  void keepsSymbolicLinks(TestInfo test) throws IOException {
    Path directory = fresh(test);
    Files.writeString(directory.resolve("f"), "through the link");
    Path link = Files.createSymbolicLink(directory.resolve("l"), Path.of("f"));
    assertThat(link).hasContent("through the link");
    assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("f"));
    Path far = Path.of("x".repeat(4000));
    assertThat(Files.readSymbolicLink(Files.createSymbolicLink(directory.resolve("far"), far)))
        .isEqualTo(far);
  }

  @Test
  void keepsModesOwnersAndNanoseconds(TestInfo test) throws IOException {
    Path file = Files.createFile(fresh(test).resolve("f"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x-w---x"));
    Files.setAttribute(file, "unix:uid", 12345);
    Files.setAttribute(file, "unix:gid", 54321);
    Instant time = Instant.ofEpochSecond(1_000, 123_456_789);
    Files.setLastModifiedTime(file, FileTime.from(time));
    assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100521);
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12345);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(54321);
    assertThat(Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant())
        .isEqualTo(time);
  }

  @Test
  void keepsExtendedAttributes(TestInfo test) throws IOException {
    Path file = Files.createFile(fresh(test).resolve("f"));
    var attributes = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    byte[] value = new byte[60_000];
    new Random(2).nextBytes(value);
    attributes.write("big", ByteBuffer.wrap(value));
    attributes.write("empty", ByteBuffer.allocate(0));
    assertThat(attributes.list()).containsExactlyInAnyOrder("big", "empty");
    ByteBuffer read = ByteBuffer.allocate(value.length);
    attributes.read("big", read);
    assertThat(read.array()).isEqualTo(value);
    assertThatThrownBy(() -> attributes.read("big", ByteBuffer.allocate(10)))
        .isInstanceOf(IOException.class);
    attributes.delete("big");
    assertThat(attributes.list()).containsExactly("empty");
    assertThatThrownBy(() -> attributes.delete("big")).hasMessageContaining("No data available");
  }

  @Test
  void reportsSpace(TestInfo test) throws IOException {
    var store = Files.getFileStore(fresh(test));
    assertThat(store.type()).isEqualTo("fuse.chunkfs");
    assertThat(store.getTotalSpace()).isEqualTo(1L << 30);
    assertThat(store.getUsableSpace()).isPositive();
  }
}
