package org.chunkfs.cli;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.chunkfs.cli.output.Modes;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Times;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code chunkfs stat}: everything an inode says of itself. */
@Command(
    name = "stat",
    customSynopsis = "chunkfs stat [-h] [--json] IMAGE:/PATH...",
    description = "Shows a file's attributes, and where its inode is: chunk:block/slot.",
    footerHeading = "%nExamples:%n",
    footer = {"  chunkfs stat disk.img:/etc/fstab", "  chunkfs stat --json disk.img:/ | jq .inode"})
public final class StatCommand extends ImageCommand {
  private static final JsonMapper JSON = new JsonMapper();

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE:/PATH...",
      hideParamSyntax = true,
      description = "The files to look at.")
  private List<String> paths = List.of();

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  public StatCommand(VolumeOpener opener) {
    super(opener);
  }

  @Override
  int run() throws IOException {
    for (String argument : paths) {
      ImagePath path = imagePath(argument);
      reading(
          path.members(),
          vfs -> {
            Attr attr = new PathWalker(vfs).find(path.path());
            ObjectNode about = describe(vfs, attr, path.path());
            if (json) {
              out().println(JSON.writeValueAsString(about));
            } else {
              about.forEachEntry((key, value) -> {
                String text = value.isContainer() ? value.toString() : value.asString();
                out().printf("%-10s %s%n", key, text);
              });
            }
            return DONE;
          });
    }
    return DONE;
  }

  private static ObjectNode describe(Vfs vfs, Attr attr, String path) throws IOException {
    ObjectNode about = JSON.createObjectNode();
    about.put("path", PathWalker.shown(path));
    about.put("type", Modes.word(attr.mode()));
    if (attr.isSymlink()) {
      about.put("target", Names.show(vfs.readlink(attr.id())));
    }
    about.put("inode", Ino.show(attr.ino()));
    about.put("number", attr.ino());
    about.put("generation", Integer.toUnsignedLong(attr.generation()));
    about.put("mode", "%04o %s".formatted(attr.mode() & 0xFFF, Modes.show(attr.mode())));
    about.put("links", attr.nlink());
    about.put("uid", Integer.toUnsignedLong(attr.uid()));
    about.put("gid", Integer.toUnsignedLong(attr.gid()));
    about.put("size", attr.size());
    about.put("blocks", attr.blocks());
    int type = attr.mode() & Vfs.S_IFMT;
    if (type == Vfs.S_IFCHR || type == Vfs.S_IFBLK) {
      about.put("device", Modes.device(attr.rdev()));
    }
    about.put("accessed", Times.exact(attr.atime()));
    about.put("modified", Times.exact(attr.mtime()));
    about.put("changed", Times.exact(attr.ctime()));
    about.put("born", Times.exact(attr.btime()));
    List<byte[]> names = vfs.listxattr(attr.id());
    if (!names.isEmpty()) {
      ObjectNode xattrs = about.putObject("xattrs");
      for (byte[] name : names) {
        xattrs.put(Names.show(name), value(vfs.getxattr(attr.id(), name)));
      }
    }
    return about;
  }

  /** Text where it is text, else hexadecimal. */
  private static String value(byte[] value) {
    String text = Names.text(Names.raw(value));
    return text != null && text.chars().noneMatch(Character::isISOControl)
        ? text
        : "0x" + HexFormat.of().formatHex(value);
  }
}
