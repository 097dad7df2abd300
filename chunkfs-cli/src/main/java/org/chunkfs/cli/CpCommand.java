package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.HostSink;
import org.chunkfs.cli.tree.HostSource;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.Notes;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.cli.tree.TreeCopy;
import org.chunkfs.cli.tree.TreeSink;
import org.chunkfs.cli.tree.TreeSource;
import org.chunkfs.cli.tree.VfsSink;
import org.chunkfs.cli.tree.VfsSource;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs cp}: copies files into, out of, and between images. */
@Command(
    name = "cp",
    customSynopsis = "chunkfs cp [-hqr] SOURCE... TARGET",
    description =
        "Copies files into images, out of them, and between them. What has a colon before a slash,"
            + " IMAGE:/PATH, is in an image; modes, owners, times, links, extended attributes and"
            + " holes are kept.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs cp notes.txt disk.img:/",
      "  chunkfs cp -r disk.img:/photos .",
      "  chunkfs cp -r a.img:/home b.img:/"
    })
public final class CpCommand extends ImageCommand {
  @Parameters(
      arity = "2..*",
      paramLabel = "SOURCE... TARGET",
      hideParamSyntax = true,
      description = "What to copy, and to where; into TARGET if that is a directory.")
  private List<String> paths = List.of();

  @Option(
      names = {"-r", "-R", "--recursive"},
      description = "Copy directories with everything in them.")
  private boolean recursive;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show no progress.")
  private boolean quiet;

  public CpCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    String target = paths.getLast();
    List<String> sources = paths.subList(0, paths.size() - 1);
    boolean images = ImagePath.is(target) || sources.stream().anyMatch(ImagePath::is);
    if (!images) {
      throw usage("None of these is in an image; write IMAGE:/PATH.");
    }
    Notes notes = new Notes(this::complain);
    if (ImagePath.is(target)) {
      ImagePath to = imagePath(target);
      writing(
          to.members(),
          vfs -> {
            for (String source : sources) {
              copyFrom(source, new ImageTarget(vfs, to, sources.size() > 1), notes);
            }
            return DONE;
          });
    } else {
      for (String source : sources) {
        copyFrom(source, new HostTarget(Path.of(target), sources.size() > 1, notes), notes);
      }
    }
    return notes.count() == 0 ? DONE : FAILED;
  }

  /** Where a copy goes. */
  private interface Target {
    /** The directory that receives the file, and there its name. */
    Destination destination(String sourceName) throws IOException;

    /** The open image, if that is what {@code members} name. */
    default @Nullable Vfs sameImage(List<Path> members) throws IOException {
      return null;
    }
  }

  /**
   * @param directory node id of the directory, of an image
   */
  private record Destination(TreeSink sink, String name, long directory) {}

  private record ImageTarget(Vfs vfs, ImagePath to, boolean many) implements Target {
    @Override
    public @Nullable Vfs sameImage(List<Path> members) throws IOException {
      for (Path mine : to.members()) {
        for (Path other : members) {
          if (Files.exists(mine) && Files.exists(other) && Files.isSameFile(mine, other)) {
            return vfs;
          }
        }
      }
      return null;
    }

    @Override
    public Destination destination(String sourceName) throws IOException {
      PathWalker walker = new PathWalker(vfs);
      String path = to.path();
      Attr there = walker.look(path, true);
      boolean into = there != null && there.isDirectory();
      if (many && !into) {
        throw new FsException(
            Reason.NOT_DIRECTORY, PathWalker.shown(path) + ": is not a directory in the image");
      }
      long directory = there != null && there.isDirectory() ? there.id() : walker.parent(path).id();
      String name = into ? sourceName : PathWalker.name(path);
      return new Destination(new VfsSink(vfs, directory, ownDirectory(0x1ED)), name, directory);
    }
  }

  private record HostTarget(Path path, boolean many, Notes notes) implements Target {
    @Override
    public Destination destination(String sourceName) throws IOException {
      boolean into = Files.isDirectory(path);
      if (many && !into) {
        throw new java.nio.file.NotDirectoryException(path.toString());
      }
      Path absolute = path.toAbsolutePath();
      Path parent = into ? absolute : absolute.getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw new java.nio.file.NoSuchFileException(String.valueOf(parent));
      }
      String name = into ? sourceName : Names.rawOf(String.valueOf(absolute.getFileName()));
      return new Destination(new HostSink(parent, notes), name, 0);
    }
  }

  private void copyFrom(String source, Target target, Notes notes) throws IOException {
    if (!ImagePath.is(source)) {
      Path path = Path.of(source);
      if (Files.isDirectory(path) && !recursive) {
        throw new FsException(Reason.IS_DIRECTORY, source + ": is a directory; -r copies it");
      }
      Path real = path.toRealPath();
      Destination to = target.destination(Names.rawOf(String.valueOf(real.getFileName())));
      transfer(new HostSource(path, to.name, notes), to.sink);
      return;
    }
    ImagePath from = imagePath(source);
    Vfs same = target.sameImage(from.members());
    if (same != null) {
      copyWithin(same, from, target);
    } else {
      reading(
          from.members(),
          vfs -> {
            Attr attr = source(vfs, from);
            Destination to = target.destination(nameOf(from));
            transfer(new VfsSource(vfs, attr.id(), to.name), to.sink);
            return DONE;
          });
    }
  }

  private Attr source(Vfs vfs, ImagePath from) throws IOException {
    Attr attr = new PathWalker(vfs).find(from.path());
    if (attr.isDirectory() && !recursive) {
      throw new FsException(
          Reason.IS_DIRECTORY, PathWalker.shown(from.path()) + ": is a directory; -r copies it");
    }
    return attr;
  }

  /** The name that a source has; the root has none, and what is in it is copied. */
  private static String nameOf(ImagePath from) throws FsException {
    return PathWalker.parts(from.path()).isEmpty() ? "" : PathWalker.name(from.path());
  }

  private void copyWithin(Vfs vfs, ImagePath from, Target target) throws IOException {
    Attr attr = source(vfs, from);
    Destination to = target.destination(nameOf(from));
    Attr there = new PathWalker(vfs).lookup(to.directory, to.name);
    boolean itself = there != null && there.id() == attr.id();
    for (long above = to.directory; !itself && attr.isDirectory(); ) {
      itself = above == attr.id();
      long next = vfs.parent(above).id();
      if (next == above) {
        break;
      }
      above = next;
    }
    if (itself) {
      throw new FsException(
          Reason.INVALID, PathWalker.shown(from.path()) + ": cannot be copied to or into itself");
    }
    transfer(new VfsSource(vfs, attr.id(), to.name), to.sink);
  }

  private void transfer(TreeSource source, TreeSink sink) throws IOException {
    try (Progress progress = quiet ? Progress.none() : Progress.onTerminal(err(), "copying", 0)) {
      TreeCopy.run(source, sink, progress);
    }
  }
}
