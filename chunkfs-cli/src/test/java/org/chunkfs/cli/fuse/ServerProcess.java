package org.chunkfs.cli.fuse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.chunkfs.core.sim.MemoryVfs;

/** A mount that another process serves, for tests that kill it. */
final class ServerProcess {
  private ServerProcess() {}

  /** Serves a filesystem in memory until it is unmounted. */
  public static void main(String[] args) throws Exception {
    MemoryVfs vfs = new MemoryVfs(InstantSource.system());
    FuseMount mount =
        FuseMount.mount(vfs, Path.of(args[0]), MountOptions.defaults(), new FuseLog(System.err));
    System.out.println("mounted");
    mount.awaitUnmount(Duration.ofSeconds(10));
  }

  /** Starts the process, and returns once its mount answers. */
  static Process start(Path directory) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ServerProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    if (!"mounted".equals(said.readLine())) {
      process.destroyForcibly();
      throw new IOException("The server did not start.");
    }
    return process;
  }

  /** Takes away whatever is still mounted. */
  static void clear(Path directory) throws IOException {
    MountPoint point = MountPoint.of(directory);
    if (point.mounted().isPresent()) {
      FuseMount.abort(point);
    }
    Files.deleteIfExists(directory);
  }
}
