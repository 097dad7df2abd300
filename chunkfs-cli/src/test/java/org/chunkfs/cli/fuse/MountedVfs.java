package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.chunkfs.core.sim.MemoryVfs;
import org.chunkfs.core.volume.Vfs;

/**
 * A real mount of a volume on a fresh directory, gone when closed. A mount that hangs would hang
 * everything that looks at it, so one that lives too long is aborted: whoever waits for it then
 * gets an error.
 */
public final class MountedVfs implements AutoCloseable {
  private static final Duration LIFE = Duration.ofMinutes(4);

  private final FuseMount mount;
  private final Path directory;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread shutdown = new Thread(this::abortQuietly);

  private MountedVfs(FuseMount mount, Path directory) {
    this.mount = mount;
    this.directory = directory;
  }

  /** Mounts a filesystem in memory with the default options. */
  public static MountedVfs memory() throws IOException {
    return of(new MemoryVfs(InstantSource.system()), "");
  }

  /** Mounts {@code vfs} with options as {@code -o} takes them. */
  public static MountedVfs of(Vfs vfs, String options) throws IOException {
    return of(vfs, options, new FuseLog(System.err));
  }

  /** As {@link #of(Vfs, String)}, with the server's complaints going to {@code log}. */
  static MountedVfs of(Vfs vfs, String options, FuseLog log) throws IOException {
    Path directory = newDirectory();
    FuseMount mount = FuseMount.mount(vfs, directory, MountOptions.parse(options), log);
    MountedVfs mounted = new MountedVfs(mount, directory);
    Thread.ofPlatform().daemon().name("watchdog").start(mounted::watch);
    Runtime.getRuntime().addShutdownHook(mounted.shutdown);
    return mounted;
  }

  /** A fresh directory to mount on, which every user may enter. */
  static Path newDirectory() throws IOException {
    Path directory = Files.createTempDirectory("chunkfs-test-").toRealPath();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  private void watch() {
    try {
      if (!closed.await(LIFE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("The mount on " + directory + " lives too long; aborting it.");
        abortQuietly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void abortQuietly() {
    try {
      FuseMount.abort(mount.point());
    } catch (IOException e) {
      // Not mounted any more.
    }
  }

  /** The root of the mounted filesystem. */
  public Path root() {
    return directory;
  }

  public FuseMount mount() {
    return mount;
  }

  /** Makes a directory with the name of a test in it, for that test alone. */
  public Path newDirectory(String name) throws IOException {
    return Files.createDirectory(directory.resolve(name));
  }

  @Override
  public void close() throws IOException {
    try {
      mount.close();
      Files.deleteIfExists(directory);
    } finally {
      closed.countDown();
      Runtime.getRuntime().removeShutdownHook(shutdown);
    }
  }
}
