package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.chunkfs.core.sim.MemoryVfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a mount or unmount is refused, and what it says then. */
@NeedsFuse
@Timeout(60)
final class MountRefusalTest {
  @TempDir private Path directory;

  private static void mount(Path where) throws IOException {
    MemoryVfs vfs = new MemoryVfs(InstantSource.system());
    FuseMount.mount(vfs, where, MountOptions.defaults(), new FuseLog(System.err)).close();
  }

  @Test
  void theMountPointIsADirectoryThatIsThere() throws IOException {
    Path file = Files.createFile(directory.resolve("f"));
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> mount(none))
        .isInstanceOf(MountException.class)
        .hasMessage("The mount point " + none + " does not exist; make it with: mkdir " + none);
    assertThatThrownBy(() -> mount(none.resolve("below")))
        .isInstanceOf(MountException.class)
        .hasMessage("There is no directory " + none + ".");
    assertThatThrownBy(() -> mount(file))
        .isInstanceOf(MountException.class)
        .hasMessage("The mount point " + file + " is not a directory.");
  }

  @Test
  void aPlaceTakesOneMount() throws IOException {
    try (MountedVfs mounted = MountedVfs.memory()) {
      assertThatThrownBy(() -> mount(mounted.root()))
          .isInstanceOf(MountException.class)
          .hasMessage("A chunkfs is already mounted on " + mounted.root() + ".");
    }
  }

  @Test
  void aMountInUseStaysUntilItIsFree() throws Exception {
    try (MountedVfs mounted = MountedVfs.memory()) {
      MountPoint point = mounted.mount().point();
      try (FileChannel _ = FileChannel.open(Files.writeString(mounted.root().resolve("f"), "x"))) {
        assertThatThrownBy(() -> FuseMount.unmount(point, false))
            .isInstanceOf(MountException.class)
            .hasMessageContaining("is in use");
      }
      // The kernel lets go of a closed file in its own time.
      for (int i = 0; point.mounted().isPresent() && i < 100; i++) {
        try {
          FuseMount.unmount(point, false);
        } catch (MountException e) {
          Thread.sleep(50);
        }
      }
      assertThat(mounted.mount().awaitUnmount(Duration.ofSeconds(10))).isTrue();
      assertThatThrownBy(() -> FuseMount.unmount(point, false))
          .hasMessage("Nothing is mounted on " + point + ".");
    }
  }

  @Test
  void aMountWhoseServerDiedIsReplaced() throws Exception {
    Path where = MountedVfs.newDirectory();
    try {
      Process server = ServerProcess.start(where);
      Files.writeString(where.resolve("f"), "lost with its server");
      server.destroyForcibly().waitFor();
      assertThatThrownBy(() -> Files.size(where.resolve("f")))
          .hasMessageContaining("Transport endpoint is not connected");
      MemoryVfs vfs = new MemoryVfs(InstantSource.system());
      try (FuseMount _ =
          FuseMount.mount(vfs, where, MountOptions.defaults(), new FuseLog(System.err))) {
        assertThat(where).isEmptyDirectory();
      }
    } finally {
      ServerProcess.clear(where);
    }
  }

  @Test
  void mountPointsMayHaveOddNames() throws IOException {
    Path where = Files.createDirectory(directory.resolve("a b\tc\\d\né"));
    MemoryVfs vfs = new MemoryVfs(InstantSource.system());
    try (FuseMount mount =
        FuseMount.mount(vfs, where, MountOptions.defaults(), new FuseLog(System.err))) {
      assertThat(mount.point().mounted()).isPresent();
      assertThat(Files.getFileStore(where).type()).isEqualTo("fuse.chunkfs");
    }
  }
}
