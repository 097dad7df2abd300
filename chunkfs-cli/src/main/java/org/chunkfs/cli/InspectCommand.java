package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.chunkfs.cli.inspect.Inspector;
import org.chunkfs.cli.inspect.Section;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Images;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Image;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs inspect}: decodes what is on the disk. */
@Command(
    name = "inspect",
    customSynopsis =
        "chunkfs inspect [-h] [--json] [--replayed] IMAGE [superblock | volume | chunk N | block"
            + " N:B | journal N | xrefs N | inode I | tree I]",
    description =
        "Decodes any structure on the disk, field by field, and says whether its checksum holds."
            + " Works on damaged images, and changes nothing. I is chunk:block/slot, a number, or a"
            + " path; N a chunk, B a block in it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs inspect disk.img                        all chunks in short",
      "  chunkfs inspect disk.img chunk 0                both headers",
      "  chunkfs inspect disk.img block 3:1200           any block",
      "  chunkfs inspect --replayed disk.img inode /etc/fstab"
    })
public final class InspectCommand extends ImageCommand {
  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "The image; several members separated by commas.")
  private String image = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "WHAT",
      description = "Which kind of structure.")
  private String what = "";

  @Parameters(index = "2", arity = "0..1", paramLabel = "WHICH", description = "Which one of them.")
  private String which = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = {"-r", "--replayed"},
      description = "Show blocks as the journal makes them, not as they are in place.")
  private boolean replayed;

  public InspectCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    ImagePath path = imagePath(image);
    boolean named = ImagePath.is(image) && !path.path().equals("/");
    String kind = named && what.isEmpty() ? "inode" : what;
    String one = named && which.isEmpty() ? Names.show(path.path()) : which;
    Section found = inspect(path.members(), kind, one);
    if (json) {
      out().println(found.json());
    } else {
      found.print(out());
    }
    return DONE;
  }

  private Section inspect(List<Path> members, String kind, String one) throws IOException {
    if (kind.equals("superblock")) {
      try (BlockDevice device = Images.open(members, Mode.READ_ONLY)) {
        return Inspector.superblocks(device);
      }
    }
    boolean inode = kind.equals("inode") || kind.equals("tree");
    long ino = inode ? ino(members, one) : 0;
    try (Image open = Image.open(members, Mode.READ_ONLY)) {
      Inspector inspector = new Inspector(open, replayed);
      return switch (kind) {
        case "" -> inspector.summary();
        case "volume" -> inspector.volume();
        case "chunk" -> inspector.chunk(number(one, "a chunk"));
        case "journal" -> inspector.journal(number(one, "a chunk"));
        case "xrefs" -> inspector.xrefs(number(one, "a chunk"));
        case "inode" -> inspector.inode(ino);
        case "tree" -> inspector.tree(ino);
        case "block" -> {
          String[] parts = one.split(":", -1);
          if (parts.length != 2) {
            throw usage("'" + one + "' names no block; write chunk:block, such as 3:1200.");
          }
          yield inspector.block(number(parts[0], "a chunk"), number(parts[1], "a block"));
        }
        default -> throw usage("There is no '" + kind + "' to inspect; see --help.");
      };
    }
  }

  private int number(String text, String of) {
    if (!text.matches("[0-9]{1,9}")) {
      throw usage(
          text.isEmpty()
              ? "Which one? Give the number of " + of + "."
              : "'" + text + "' is not the number of " + of + ".");
    }
    return Integer.parseInt(text);
  }

  private long ino(List<Path> members, String text) throws IOException {
    if (text.matches("[0-9]{1,7}:[0-9]{1,8}/[0-9]{1,2}")) {
      String[] parts = text.split("[:/]", -1);
      return Ino.of(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    if (!text.startsWith("/")) {
      throw usage("'" + text + "' names no inode; write chunk:block/slot, a number or a path.");
    }
    long[] found = new long[1];
    reading(
        members,
        vfs -> {
          found[0] = new PathWalker(vfs).find(Names.parse(text)).ino();
          return DONE;
        });
    return found[0];
  }
}
