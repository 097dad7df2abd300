package org.chunkfs.cli;

import java.io.IOException;
import java.util.List;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.error.FsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs mkdir}: makes directories in an image. */
@Command(
    name = "mkdir",
    customSynopsis = "chunkfs mkdir [-hp] IMAGE:/PATH...",
    description = "Makes directories in an image that is not mounted.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs mkdir disk.img:/music",
      "  chunkfs mkdir -p disk.img:/a/b/c        also those above it"
    })
public final class MkdirCommand extends ImageCommand {
  private static final int PERMISSIONS = 0x1ED;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE:/PATH...",
      hideParamSyntax = true,
      description = "The directories to make.")
  private List<String> paths = List.of();

  @Option(
      names = {"-p", "--parents"},
      description = "Make the directories above too; a directory that is there is no error.")
  private boolean parents;

  public MkdirCommand(VolumeOpener opener) {
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
            if (parents) {
              walker.mkdirs(path.path(), ownDirectory(PERMISSIONS));
              return DONE;
            }
            String name = PathWalker.name(path.path());
            long parent = walker.parent(path.path()).id();
            if (walker.lookup(parent, name) != null) {
              throw new FsException(
                  FsException.Reason.EXISTS, PathWalker.shown(path.path()) + ": exists already");
            }
            vfs.mkdir(parent, Names.bytes(name), ownDirectory(PERMISSIONS));
            return DONE;
          });
    }
    return DONE;
  }
}
