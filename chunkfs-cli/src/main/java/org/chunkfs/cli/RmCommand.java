package org.chunkfs.cli;

import java.io.IOException;
import java.util.List;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs.Attr;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs rm}: removes files from an image. */
@Command(
    name = "rm",
    customSynopsis = "chunkfs rm [-fhr] IMAGE:/PATH...",
    description = "Removes files from an image that is not mounted.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs rm disk.img:/notes.txt",
      "  chunkfs rm -r disk.img:/old             a directory with everything in it"
    })
public final class RmCommand extends ImageCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE:/PATH...",
      hideParamSyntax = true,
      description = "The files to remove.")
  private List<String> paths = List.of();

  @Option(
      names = {"-r", "-R", "--recursive"},
      description = "Remove directories with everything in them.")
  private boolean recursive;

  @Option(
      names = {"-f", "--force"},
      description = "What is not there is no error.")
  private boolean force;

  public RmCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    for (String argument : paths) {
      ImagePath path = imagePath(argument);
      writing(
          path.members(),
          vfs -> {
            PathWalker walker = new PathWalker(vfs);
            Attr attr = walker.look(path.path(), false);
            if (attr == null) {
              if (force) {
                return DONE;
              }
              throw new FsException(
                  Reason.NOT_FOUND,
                  PathWalker.shown(path.path()) + ": there is no such file in the image");
            }
            String name = PathWalker.name(path.path());
            long parent = walker.parent(path.path()).id();
            if (!attr.isDirectory()) {
              vfs.unlink(parent, Names.bytes(name));
            } else if (recursive) {
              walker.removeTree(parent, name);
            } else {
              throw new FsException(
                  Reason.IS_DIRECTORY,
                  PathWalker.shown(path.path())
                      + ": is a directory; -r removes it with everything in it");
            }
            return DONE;
          });
    }
    return DONE;
  }
}
