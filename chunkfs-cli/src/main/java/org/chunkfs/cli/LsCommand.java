package org.chunkfs.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.chunkfs.cli.output.Modes;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Times;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Dirent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs ls}: lists what is in an image. */
@Command(
    name = "ls",
    customSynopsis = "chunkfs ls [-adhlR] IMAGE[:/PATH]...",
    description =
        "Lists files in an image. Names that are not UTF-8 are shown with \\xHH, and can be given"
            + " so too.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs ls disk.img                     the root directory",
      "  chunkfs ls -l disk.img:/etc",
      "  chunkfs ls -lR a.img,b.img:/            everything in an image of two members"
    })
public final class LsCommand extends ImageCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE[:/PATH]...",
      hideParamSyntax = true,
      description = "What to list.")
  private List<String> paths = List.of();

  @Option(
      names = {"-l", "--long"},
      description = "Modes, links, owners, sizes and times (UTC) too.")
  private boolean details;

  @Option(
      names = {"-a", "--all"},
      description = "Names that begin with a dot too.")
  private boolean all;

  @Option(
      names = {"-d", "--directory"},
      description = "Directories themselves, not what is in them.")
  private boolean itself;

  @Option(
      names = {"-R", "--recursive"},
      description = "Directories below too.")
  private boolean recursive;

  public LsCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    for (String argument : paths) {
      ImagePath path = imagePath(argument);
      reading(
          path.members(),
          vfs -> {
            list(vfs, path.path());
            return DONE;
          });
    }
    return DONE;
  }

  /** One line. */
  private record Row(Attr attr, String name) {}

  private record Place(long id, String path) {}

  private void list(Vfs vfs, String path) throws IOException {
    PathWalker walker = new PathWalker(vfs);
    Attr attr = walker.find(path);
    if (!attr.isDirectory() || itself) {
      print(vfs, List.of(new Row(attr, PathWalker.shown(path))));
      return;
    }
    Deque<Place> todo = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    todo.add(new Place(attr.id(), PathWalker.shown(path)));
    boolean heading = recursive || paths.size() > 1;
    while (!todo.isEmpty()) {
      Place place = todo.removeFirst();
      if (!seen.add(place.id)) {
        continue; // a damaged image may hold a directory twice
      }
      if (heading) {
        out().println(place.path + ":");
      }
      List<Place> below = directory(vfs, walker, place);
      if (recursive) {
        below.reversed().forEach(todo::addFirst);
      }
      if (heading && !todo.isEmpty()) {
        out().println();
      }
    }
  }

  private List<Place> directory(Vfs vfs, PathWalker walker, Place place) throws IOException {
    List<Row> rows = new ArrayList<>();
    List<Place> below = new ArrayList<>();
    for (Dirent entry : walker.list(place.id)) {
      if (!all && entry.name().length > 0 && entry.name()[0] == '.') {
        continue;
      }
      Attr attr;
      try {
        attr = vfs.getattr(entry.id());
      } catch (IOException e) {
        complain(Names.show(entry.name()) + ": " + e.getMessage());
        continue;
      }
      rows.add(new Row(attr, Names.show(entry.name())));
      if (attr.isDirectory()) {
        String base = place.path.equals("/") ? "" : place.path;
        below.add(new Place(attr.id(), base + "/" + Names.show(entry.name())));
      }
    }
    print(vfs, rows);
    return below;
  }

  private void print(Vfs vfs, List<Row> rows) throws IOException {
    if (!details) {
      rows.forEach(row -> out().println(row.name));
      return;
    }
    int links = 1;
    int owner = 1;
    int group = 1;
    int size = 1;
    for (Row row : rows) {
      links = Math.max(links, Integer.toString(row.attr.nlink()).length());
      owner = Math.max(owner, Integer.toUnsignedString(row.attr.uid()).length());
      group = Math.max(group, Integer.toUnsignedString(row.attr.gid()).length());
      size = Math.max(size, size(row.attr).length());
    }
    String format = "%s %" + links + "d %" + owner + "s %" + group + "s %" + size + "s %s %s%s%n";
    for (Row row : rows) {
      Attr a = row.attr;
      String target = a.isSymlink() ? " -> " + Names.show(vfs.readlink(a.id())) : "";
      out()
          .printf(
              format,
              Modes.show(a.mode()),
              a.nlink(),
              Integer.toUnsignedString(a.uid()),
              Integer.toUnsignedString(a.gid()),
              size(a),
              Times.minute(a.mtime()),
              row.name,
              target);
    }
  }

  private static String size(Attr attr) {
    int type = attr.mode() & Vfs.S_IFMT;
    return type == Vfs.S_IFCHR || type == Vfs.S_IFBLK
        ? Modes.device(attr.rdev())
        : Long.toString(attr.size());
  }
}
