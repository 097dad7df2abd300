package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.fuse.FuseNotifier;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.ControlServer;
import org.chunkfs.cli.server.ServedVolume;
import org.chunkfs.core.sim.MemoryVfs;
import org.chunkfs.core.volume.Vfs;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A program with the real {@code mount} and {@code umount}, whose images are in memory. What
 * opening does depends on the image's name.
 */
@Command(name = "memory")
public final class MemoryProgram {
  private MemoryProgram() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new MemoryProgram())
            .addSubcommand(new MountCommand(MemoryProgram::open))
            .addSubcommand(new UmountCommand())
            .execute(args));
  }

  private static ServedVolume open(
      List<Path> members, boolean readOnly, Map<String, String> options) throws IOException {
    options.forEach((key, _) -> {
      throw new IllegalArgumentException("There is no mount option '" + key + "'.");
    });
    switch (members.getFirst().getFileName().toString()) {
      case "refused.img" -> throw new IOException("refused.img is not a chunkfs image.");
      case "dying.img" -> {
        System.err.println("Alas.");
        Runtime.getRuntime().halt(9);
      }
      default -> {}
    }
    return new MemoryVolume();
  }

  private static final class MemoryVolume implements ServedVolume {
    private final MemoryVfs vfs = new MemoryVfs(InstantSource.system());

    @Override
    public Vfs vfs() {
      return vfs;
    }

    @Override
    public void mounted(ControlServer control, FuseNotifier kernel, MountPoint point, FuseLog log) {
      control.register(
          "inodes",
          (request, progress) -> {
            for (int i = 0; i < request.path("steps").asInt(0); i++) {
              progress.accept(JsonNodeFactory.instance.numberNode(i));
            }
            return JsonNodeFactory.instance.numberNode(vfs.inodeCount());
          });
      control.register(
          "fail",
          (_, _) -> {
            throw new IOException("It failed.");
          });
      control.register(
          "bug",
          (_, _) -> {
            throw new IllegalStateException("a bug");
          });
    }

    @Override
    public void close() {}
  }
}
