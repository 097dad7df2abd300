package org.chunkfs.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.chunkfs.cli.output.Modes;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Dirent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs find}: finds files in an image. */
@Command(
    name = "find",
    customSynopsis = "chunkfs find [-h] IMAGE[:/PATH] [-name GLOB] [-type T]",
    description = "Finds files in an image.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs find disk.img -name '*.txt'",
      "  chunkfs find disk.img:/home -type d     directories only"
    })
public final class FindCommand extends ImageCommand {
  @Parameters(index = "0", paramLabel = "IMAGE[:/PATH]", description = "Where to look.")
  private String start = "";

  @Option(
      names = {"-name", "--name"},
      paramLabel = "GLOB",
      description = "Only names that match: * any run, ? any one, [a-z] one of these.")
  private @Nullable String glob;

  @Option(
      names = {"-type", "--type"},
      paramLabel = "T",
      description = "Only files of a type: f, d, l, c, b, p or s.")
  private @Nullable String type;

  public FindCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    ImagePath path = imagePath(start);
    String wanted = type;
    if (wanted != null && !wanted.matches("[fdlcbps]")) {
      throw usage("There is no type '" + wanted + "'; there are f, d, l, c, b, p and s.");
    }
    Pattern name = glob == null ? Pattern.compile(".*", Pattern.DOTALL) : pattern(glob);
    return reading(
        path.members(),
        vfs -> {
          PathWalker walker = new PathWalker(vfs);
          Attr attr = walker.find(path.path());
          String shown = PathWalker.shown(path.path());
          List<String> parts = PathWalker.parts(path.path());
          match(parts.isEmpty() ? "/" : parts.getLast(), attr.mode(), shown, name);
          if (attr.isDirectory()) {
            below(walker, attr.id(), shown.equals("/") ? "" : shown, name);
          }
          return DONE;
        });
  }

  private record Place(long id, int mode, String name, String path) {}

  private void below(PathWalker walker, long top, String base, Pattern name) throws IOException {
    Deque<Place> todo = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    push(walker, top, base, todo);
    seen.add(top);
    while (!todo.isEmpty()) {
      Place place = todo.removeFirst();
      match(place.name, place.mode, place.path, name);
      if ((place.mode & Vfs.S_IFMT) == Vfs.S_IFDIR) {
        if (seen.add(place.id)) {
          push(walker, place.id, place.path, todo);
        } else {
          complain(place.path + ": a directory with two names; run chunkfs fsck.");
        }
      }
    }
  }

  private static void push(PathWalker walker, long directory, String base, Deque<Place> todo)
      throws IOException {
    for (Dirent entry : walker.list(directory).reversed()) {
      String path = base + "/" + Names.show(entry.name());
      todo.addFirst(new Place(entry.id(), entry.type() << 12, Names.raw(entry.name()), path));
    }
  }

  private void match(String raw, int mode, String shown, Pattern name) {
    String letter = String.valueOf(Modes.letter(mode)).replace('-', 'f');
    String text = Names.text(raw);
    boolean typed = type == null || type.equals(letter);
    if (typed && name.matcher(text == null ? raw : text).matches()) {
      out().println(shown);
    }
  }

  /** A shell's pattern as a regular expression. */
  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    int i = 0;
    while (i < glob.length()) {
      char c = glob.charAt(i++);
      int end = c == '[' ? glob.indexOf(']', i + 1) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = glob.substring(i, end).replace("\\", "\\\\").replace("[", "\\[");
        set = set.replace("&&", "&\\&");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end + 1;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
