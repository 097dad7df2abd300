package org.chunkfs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.Archives;
import org.chunkfs.cli.tree.Archives.Format;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.Notes;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.cli.tree.TreeCopy;
import org.chunkfs.cli.tree.TreeSink;
import org.chunkfs.cli.tree.VfsSource;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs export}: writes what is in an image to an archive or a directory. */
@Command(
    name = "export",
    customSynopsis = "chunkfs export [-hq] [--format F] [--force] IMAGE ARCHIVE|DIR|- [PATH]",
    description =
        "Writes everything of an image to a directory, a tar archive (.tar, .tar.gz, .tar.bz2,"
            + " .tar.xz) or a zip archive. Zip keeps no devices, extended attributes and hard"
            + " links. Nothing is written outside of the directory.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs export disk.img backup.tar.gz",
      "  chunkfs export disk.img out/ /home      one directory of the image",
      "  chunkfs export --format tar disk.img - | tar -t"
    })
public final class ExportCommand extends ImageCommand {
  private final OutputStream standardOutput;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "The image; several members separated by commas.")
  private String image = "";

  @Parameters(
      index = "1",
      paramLabel = "ARCHIVE|DIR",
      description = "Where to write; - for the standard output.")
  private String to = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = "/",
      description = "The directory of the image to export.")
  private String path = "/";

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "tar, tar.gz, tar.bz2, tar.xz, zip or dir, where the name does not tell.")
  private @Nullable String format;

  @Option(names = "--force", description = "Replace an archive that is there already.")
  private boolean force;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show no progress and no summary.")
  private boolean quiet;

  public ExportCommand(VolumeOpener opener) {
    this(opener, System.out);
  }

  ExportCommand(VolumeOpener opener, OutputStream standardOutput) {
    super(opener);
    this.standardOutput = standardOutput;
  }

  @Override
  int run() throws IOException {
    boolean stream = to.equals("-");
    String word = format;
    if (stream && word == null) {
      throw usage("Which --format should the standard output have?");
    }
    Format kind = word != null ? argument(() -> Format.of(word)) : format(Path.of(to));
    if (stream && kind == Format.DIR) {
      throw usage("A directory cannot be written to the standard output.");
    }
    if (!stream && kind != Format.DIR && !force && Files.exists(Path.of(to))) {
      throw new java.nio.file.FileSystemException(to, null, "exists already; --force replaces it");
    }
    ImagePath from = imagePath(image).withPath(Names.parse(path));
    Notes notes = new Notes(this::complain);
    return reading(
        from.members(),
        vfs -> {
          long count = write(vfs, from.path(), stream, kind, notes);
          if (!quiet && !stream) {
            out().printf("%,d files exported to %s.%n", count, to);
          }
          return notes.count() == 0 ? DONE : FAILED;
        });
  }

  private static Format format(Path path) {
    return Files.isDirectory(path) ? Format.DIR : Format.ofName(path);
  }

  private long write(Vfs vfs, String top, boolean stream, Format kind, Notes notes)
      throws IOException {
    Attr attr = new PathWalker(vfs).look(top, true);
    if (attr == null || !attr.isDirectory()) {
      throw new FsException(
          Reason.NOT_DIRECTORY, PathWalker.shown(top) + ": is not a directory in the image");
    }
    try (TreeSink sink =
            stream
                ? Archives.sink(standardOutput, kind, notes)
                : Archives.sink(Path.of(to), kind, force, notes);
        Progress progress = quiet ? Progress.none() : Progress.onTerminal(err(), "exporting", 0)) {
      return TreeCopy.run(new VfsSource(vfs, attr.id(), ""), sink, progress);
    }
  }
}
