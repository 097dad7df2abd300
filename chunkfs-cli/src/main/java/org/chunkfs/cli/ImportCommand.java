package org.chunkfs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.Archives;
import org.chunkfs.cli.tree.HostSource;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.Notes;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.cli.tree.TreeCopy;
import org.chunkfs.cli.tree.TreeSource;
import org.chunkfs.cli.tree.VfsSink;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs import}: fills an image from an archive or a directory. */
@Command(
    name = "import",
    customSynopsis = "chunkfs import [-hq] [--format F] IMAGE ARCHIVE|DIR|- [PATH]",
    description =
        "Puts everything of a tar archive (plain or compressed), a zip archive or a directory into"
            + " an image that is not mounted. What is there under the same name is replaced.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs import disk.img backup.tar.gz",
      "  chunkfs import disk.img /usr/share/doc /doc     into a directory of the image",
      "  tar -c . | chunkfs import --format tar disk.img -"
    })
public final class ImportCommand extends ImageCommand {
  private final InputStream standardInput;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "The image; several members separated by commas.")
  private String image = "";

  @Parameters(
      index = "1",
      paramLabel = "ARCHIVE|DIR",
      description = "What to import; - for a tar archive on the standard input.")
  private String from = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = "/",
      description = "The directory of the image that receives it; made if it is not there.")
  private String path = "/";

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "tar, of the standard input; files tell by themselves what they are.")
  private @Nullable String format;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show no progress and no summary.")
  private boolean quiet;

  public ImportCommand(VolumeOpener opener) {
    this(opener, System.in);
  }

  ImportCommand(VolumeOpener opener, InputStream standardInput) {
    super(opener);
    this.standardInput = standardInput;
  }

  @Override
  int run() throws IOException {
    if (from.equals("-") && !"tar".equals(format)) {
      throw usage("What comes from the standard input is a tar archive; say --format tar.");
    }
    if (format != null && !format.equals("tar") && !format.startsWith("tar.")) {
      throw usage("There is no --format " + format + " here; only tar needs to be said.");
    }
    ImagePath to = imagePath(image).withPath(org.chunkfs.cli.output.Names.parse(path));
    Notes notes = new Notes(this::complain);
    try (TreeSource source = source(notes)) {
      writing(
          to.members(),
          vfs -> {
            fill(vfs, to.path(), source);
            return DONE;
          });
    }
    return notes.count() == 0 ? DONE : FAILED;
  }

  private TreeSource source(Notes notes) throws IOException {
    return from.equals("-")
        ? Archives.tar(standardInput, notes)
        : Archives.source(Path.of(from), notes, HostFiles.uid(), HostFiles.gid());
  }

  private void fill(Vfs vfs, String top, TreeSource source) throws IOException {
    Vfs.Creation directory = ownDirectory(0x1ED);
    long root = new PathWalker(vfs).mkdirs(top, directory).id();
    long total = quiet || !(source instanceof HostSource host) ? 0 : host.totalBytes();
    long count;
    try (Progress progress =
        quiet ? Progress.none() : Progress.onTerminal(err(), "importing", total)) {
      count = TreeCopy.run(source, new VfsSink(vfs, root, directory), progress);
    }
    if (!quiet) {
      Vfs.Stat space = vfs.statfs();
      out()
          .printf(
              "%,d files imported; %s free.%n",
              count, Sizes.show(space.blocksFree() * space.blockSize()));
    }
  }
}
