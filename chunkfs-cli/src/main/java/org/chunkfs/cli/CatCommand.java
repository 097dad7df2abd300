package org.chunkfs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code chunkfs cat}: writes the bytes of files to the standard output. */
@Command(
    name = "cat",
    customSynopsis = "chunkfs cat [-h] IMAGE:/PATH...",
    description = "Writes the bytes of files in an image to the standard output.",
    footerHeading = "%nExamples:%n",
    footer = {"  chunkfs cat disk.img:/etc/fstab", "  chunkfs cat a.img,b.img:/photo.jpg > photo"})
public final class CatCommand extends ImageCommand {
  private static final int PIECE = 1 << 18;

  private final OutputStream sink;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE:/PATH...",
      hideParamSyntax = true,
      description = "The files to read.")
  private List<String> paths = List.of();

  public CatCommand(VolumeOpener opener) {
    this(opener, new FileOutputStream(FileDescriptor.out));
  }

  /**
   * @param sink where the bytes go
   */
  CatCommand(VolumeOpener opener, OutputStream sink) {
    super(opener);
    this.sink = sink;
  }

  @Override
  int run() throws IOException {
    for (String argument : paths) {
      ImagePath path = imagePath(argument);
      reading(
          path.members(),
          vfs -> {
            copy(vfs, path.path());
            return DONE;
          });
    }
    sink.flush();
    return DONE;
  }

  private void copy(Vfs vfs, String path) throws IOException {
    Attr attr = new PathWalker(vfs).look(path, true);
    if (attr == null) {
      throw new FsException(
          Reason.NOT_FOUND, PathWalker.shown(path) + ": there is no such file in the image");
    }
    if (!attr.isRegular()) {
      throw new FsException(Reason.INVALID, PathWalker.shown(path) + ": is not a regular file");
    }
    byte[] bytes = new byte[PIECE];
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes);
    for (long at = 0; at < attr.size(); ) {
      int n = vfs.read(attr.id(), at, buffer.clear());
      if (n <= 0) {
        break;
      }
      sink.write(bytes, 0, n);
      at += n;
    }
  }
}
