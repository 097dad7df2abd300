package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.server.ServedVolume;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Creation;

/** A command that works in an image without mounting it. */
abstract class ImageCommand extends Subcommand {
  private final VolumeOpener opener;

  ImageCommand(VolumeOpener opener) {
    this.opener = opener;
  }

  /** What is done with an open image. */
  @FunctionalInterface
  interface Work {
    int run(Vfs vfs) throws IOException;
  }

  /** Opens an image to look at it. */
  final int reading(List<Path> members, Work work) throws IOException {
    try (ServedVolume volume = opener.open(members, true, Map.of())) {
      return work.run(volume.vfs());
    }
  }

  /** Opens an image to change it; what was done is durable on return. */
  final int writing(List<Path> members, Work work) throws IOException {
    try (ServedVolume volume = opener.open(members, false, Map.of())) {
      int exit = work.run(volume.vfs());
      volume.vfs().syncfs();
      return exit;
    }
  }

  final ImagePath imagePath(String argument) {
    return argument(() -> ImagePath.parse(argument));
  }

  /** Owner and permissions of a directory that the caller makes. */
  static Creation ownDirectory(int permissions) {
    return new Creation(Vfs.S_IFDIR | permissions, HostFiles.uid(), HostFiles.gid(), 0);
  }
}
