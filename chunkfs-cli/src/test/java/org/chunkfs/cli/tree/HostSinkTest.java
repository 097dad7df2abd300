package org.chunkfs.cli.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is ever written outside of the directory that a tree is exported to. */
final class HostSinkTest {
  @TempDir Path temporary;

  private final List<String> said = new ArrayList<>();
  private Path inside = Path.of("");
  private Path outside = Path.of("");

  @BeforeEach
  void directories() throws IOException {
    inside = Files.createDirectory(temporary.resolve("inside"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("victim"), "untouched");
  }

  private HostSink sink() throws IOException {
    return new HostSink(inside, new Notes(said::add));
  }

  private static TreeEntry entry(
      String path, int type, @Nullable String symlink, @Nullable String hardLink) {
    return new TreeEntry(path, type | 0x1A4, 0, 0, 0, 0, 0, 0, symlink, hardLink, Map.of());
  }

  private void nothingHappened() throws IOException {
    assertThat(outside.resolve("victim")).hasContent("untouched");
    try (var files = Files.list(outside)) {
      assertThat(files).hasSize(1);
    }
    try (var files = Files.list(temporary)) {
      assertThat(files).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../outside/x", "a/../../outside/x", "..\0"})
  void namesThatLeadOutAreRefused(String path) throws IOException {
    assertThatThrownBy(() -> sink().add(entry(path, Vfs.S_IFREG, null, null), Content.NONE))
        .isInstanceOf(IOException.class);
    nothingHappened();
  }

  @Test
  void aLinkInTheTreeIsNotFollowed() throws IOException {
    try (HostSink sink = sink()) {
      sink.add(entry("d", Vfs.S_IFLNK, outside.toString(), null), Content.NONE);
      assertThatThrownBy(() -> sink.add(entry("d/victim", Vfs.S_IFREG, null, null), Content.NONE))
          .hasMessageContaining("not followed");
    }
    nothingHappened();
  }

  @Test
  void aDirectoryCannotBecomeALink() throws IOException {
    try (HostSink sink = sink()) {
      sink.add(entry("d", Vfs.S_IFDIR, null, null), Content.NONE);
      assertThatThrownBy(
              () -> sink.add(entry("d", Vfs.S_IFLNK, outside.toString(), null), Content.NONE))
          .isInstanceOf(IOException.class);
    }
    nothingHappened();
  }

  @Test
  void aLinkThatIsThereIsReplacedNotWrittenThrough() throws IOException {
    Files.createSymbolicLink(inside.resolve("victim"), outside.resolve("victim"));
    try (HostSink sink = sink()) {
      sink.add(entry("victim", Vfs.S_IFREG, null, null), Content.NONE);
    }
    assertThat(Files.isSymbolicLink(inside.resolve("victim"))).isFalse();
    nothingHappened();
  }

  @Test
  void hardLinksCannotReachOut() throws IOException {
    try (HostSink sink = sink()) {
      sink.add(entry("d", Vfs.S_IFLNK, outside.toString(), null), Content.NONE);
      assertThatThrownBy(() -> sink.add(entry("x", Vfs.S_IFREG, null, "d/victim"), Content.NONE))
          .hasMessageContaining("not followed");
      assertThatThrownBy(
              () -> sink.add(entry("y", Vfs.S_IFREG, null, "../outside/victim"), Content.NONE))
          .isInstanceOf(IOException.class);
    }
    assertThat(Files.exists(inside.resolve("x"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    nothingHappened();
  }

  @Test
  void archivesWithSuchNamesAreRefused() throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarHeader header = new TarHeader(TarHeader.FILE);
    header.name("a/../../outside/x");
    archive.write(header.seal());
    archive.write(new byte[1024]);
    TreeSource source =
        new TarSource(new ByteArrayInputStream(archive.toByteArray()), new Notes(said::add));
    assertThatThrownBy(() -> TreeCopy.run(source, sink(), Progress.none()))
        .hasMessageContaining("leads out of it");
    nothingHappened();
  }

  @Test
  void absoluteNamesStayInside() throws IOException {
    assertThat(TarSource.path("/etc//./passwd")).isEqualTo("etc/passwd");
  }

  @Test
  @Timeout(20)
  void aFifoGetsItsTimesWithoutBeingOpened() throws IOException {
    Assumptions.assumeTrue(org.chunkfs.cli.fuse.HostFiles.supported(), "needs Linux");
    HostSink sink = sink();
    TreeEntry fifo =
        new TreeEntry(
            "pipe", Vfs.S_IFIFO | 0x1A4, 0, 0, 0, 0, 5, 1_500_000_000_123L, null, null, Map.of());
    sink.add(fifo, Content.NONE);
    sink.finish();
    assertThat(Files.getLastModifiedTime(inside.resolve("pipe"), LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(HostSource.fileTime(1_500_000_000_123L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..//t", "a/", "//", "./", "x/./y//z/", "\u00ff\u00fe//"})
  void targetsOfSymbolicLinksAreKeptByteForByte(String target) throws IOException {
    Assumptions.assumeTrue(HostFiles.supported());
    Path link = inside.resolve("link");
    HostNames.symlink(link, target);
    assertThat(HostNames.target(link)).isEqualTo(target);
    assertThat(HostFiles.readLink(HostNames.bytes(link))).isEqualTo(Names.bytes(target));
  }
}
