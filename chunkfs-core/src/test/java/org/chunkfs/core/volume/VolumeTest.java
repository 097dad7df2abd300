package org.chunkfs.core.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.RenameMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names, recovery and the life of chunks, on an image in memory. */
final class VolumeTest {
  private static final Creation FILE = new Creation(0x1A4, 1, 2, 0);
  private static final Creation DIR = new Creation(0x1ED, 1, 2, 0);
  private static final byte[] BOOT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

  private MemoryDevice device = new MemoryDevice(65 << 20);
  private Volume volume;

  @BeforeEach
  void format() throws IOException {
    ChunkFs.format(device, FormatOptions.seeded(1, 1_000).withChunkBytes(4 << 20));
    volume = open(device);
  }

  @AfterEach
  void close() throws IOException {
    volume.close();
  }

  private static Volume open(MemoryDevice device) throws IOException {
    return Volume.open(
        Image.of(device),
        VolumeOptions.defaults()
            .withDeadline(java.time.Duration.ofSeconds(5))
            .withFenced(VolumeOptions.FencedPolicy.FAIL),
        BOOT);
  }

  /** As after SIGKILL: all that was written is there, and nothing else happens. */
  private void killAndReopen() throws IOException {
    MemoryDevice left = device.snapshot();
    volume.abandon();
    device = left;
    volume = open(left);
  }

  private static byte[] b(String s) {
    return s.getBytes(UTF_8);
  }

  private List<String> list(long dir) throws IOException {
    List<String> names = new ArrayList<>();
    volume.readdir(dir, 0, e -> names.add(new String(e.name(), UTF_8)));
    return names;
  }

  @Test
  void whatWasMadeIsThereAfterAKill() throws IOException {
    Attr dir = volume.mkdir(volume.root(), b("d"), DIR);
    for (int i = 0; i < 300; i++) {
      volume.create(dir.id(), b("f" + i), FILE);
    }
    volume.symlink(dir.id(), b("l"), b("target"), FILE);
    killAndReopen();
    assertThat(volume.replayed()).isPositive();
    Attr again = volume.lookup(volume.root(), b("d"));
    assertThat(again).isEqualTo(volume.getattr(dir.id()));
    assertThat(new HashSet<>(list(dir.id()))).hasSize(301);
    Attr f7 = volume.lookup(dir.id(), b("f7"));
    assertThat(f7.nlink()).isEqualTo(1);
    assertThat(f7.uid()).isEqualTo(1);
    assertThat(volume.readlink(volume.lookup(dir.id(), b("l")).id())).isEqualTo(b("target"));
    volume.create(dir.id(), b("after"), FILE);
    killAndReopen();
    assertThat(list(dir.id())).hasSize(302);
  }

  @Test
  void namesComeAndGo() throws IOException {
    long root = volume.root();
    Attr a = volume.create(root, b("a"), FILE);
    assertThatThrownBy(() -> volume.create(root, b("a"), FILE)).isInstanceOf(FsException.class);
    Attr linked = volume.link(a.id(), root, b("b"));
    assertThat(linked.nlink()).isEqualTo(2);
    volume.unlink(root, b("a"));
    assertThat(volume.getattr(a.id()).nlink()).isEqualTo(1);
    volume.rename(root, b("b"), root, b("c"), RenameMode.REPLACE);
    assertThat(list(root)).containsExactly("c");
    volume.unlink(root, b("c"));
    assertThat(list(root)).isEmpty();
    assertThatThrownBy(() -> volume.getattr(a.id())).isInstanceOf(FsException.class);
  }

  @Test
  void directoriesMoveAcrossChunksButNotIntoThemselves() throws IOException {
    long root = volume.root();
    Attr x = volume.mkdir(root, b("x"), DIR);
    Attr y = volume.mkdir(root, b("y"), DIR);
    assertThat(x.ino() >>> 28).isNotEqualTo(y.ino() >>> 28);
    Attr below = volume.mkdir(x.id(), b("below"), DIR);
    volume.rename(root, b("y"), below.id(), b("z"), RenameMode.REPLACE);
    assertThat(volume.parent(y.id()).id()).isEqualTo(below.id());
    assertThatThrownBy(() -> volume.rename(root, b("x"), y.id(), b("q"), RenameMode.REPLACE))
        .isInstanceOf(FsException.class)
        .hasMessageContaining("below itself");
    volume.create(y.id(), b("f"), FILE);
    killAndReopen();
    assertThat(list(y.id())).containsExactly("f");
    assertThatThrownBy(() -> volume.rmdir(below.id(), b("z"))).hasMessageContaining("not empty");
  }

  @Test
  void namesAreFoundWhileTheirDirectorysChunkIsOut() throws IOException {
    long root = volume.root();
    Attr d1 = volume.mkdir(root, b("d1"), DIR);
    volume.create(d1.id(), b("f"), FILE);
    volume.crash(0);
    assertThat(volume.lookup(root, b("d1")).id()).isEqualTo(d1.id());
    assertThat(list(d1.id())).containsExactly("f");
    volume.create(d1.id(), b("g"), FILE);
    assertThatThrownBy(() -> volume.lookup(root, b("none")))
        .isInstanceOf(ChunkUnavailableException.class);
    volume.online(0);
    assertThat(list(root)).containsExactly("d1");
    assertThat(list(d1.id())).hasSize(2);
    volume.create(root, b("new"), FILE);
    killAndReopen();
    assertThat(list(root)).hasSize(2);
  }

  @Test
  void aDirectorySpreadsOverChunksAndComesTogetherAgain() throws IOException {
    Vfs.Stat before = volume.statfs();
    long root = volume.root();
    Set<String> names = new HashSet<>();
    int made = 0;
    try {
      while (true) {
        volume.create(root, b("some-file-name-" + made), FILE);
        names.add("some-file-name-" + made);
        made++;
      }
    } catch (FsException e) {
      assertThat(e.reason()).isEqualTo(FsException.Reason.NO_SPACE);
    }
    assertThat(made).isGreaterThan(40_000);
    List<String> listed = list(root);
    assertThat(listed).hasSize(made);
    assertThat(new HashSet<>(listed)).isEqualTo(names);
    killAndReopen();
    assertThat(new HashSet<>(list(root))).isEqualTo(names);
    for (String name : names) {
      volume.unlink(root, b(name));
    }
    assertThat(volume.quiesce(5000)).isTrue();
    assertThat(volume.statfs()).isEqualTo(before);
  }
}
