package org.chunkfs.cli.tree;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.output.Names;

/**
 * A file in an image as the command line names it: {@code IMAGE:/a/b}, or {@code A.img,B.img:/a/b}
 * for an image of several members.
 *
 * @param members the files or devices of the image
 * @param path raw path in it, beginning with a slash
 */
public record ImagePath(List<Path> members, String path) {
  public ImagePath {
    members = List.copyOf(members);
  }

  /**
   * Whether an argument is such a name: it has a colon before a slash, or at its end. A host file
   * of that kind can be named with {@code ./} in front.
   */
  public static boolean is(String argument) {
    return !argument.startsWith("./") && colon(argument) > 0;
  }

  private static int colon(String argument) {
    // A drive letter is not an image.
    int from = java.io.File.separatorChar == '\\' && argument.matches("[A-Za-z]:.*") ? 2 : 0;
    int colon = argument.indexOf(":/", from);
    return colon >= 0
        ? colon
        : argument.endsWith(":") && argument.length() - 1 > from ? argument.length() - 1 : -1;
  }

  /**
   * Reads an argument; one without a colon names the image's root.
   *
   * @throws IllegalArgumentException with a sentence if no image is named
   */
  public static ImagePath parse(String argument) {
    boolean whole = argument.startsWith("./") && colon(argument) < 0;
    int colon = whole ? -1 : colon(argument);
    String image = colon < 0 ? argument : argument.substring(0, colon);
    String path = colon < 0 ? "/" : Names.parse(argument.substring(colon + 1));
    if (image.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' names no image; write IMAGE:/path.".formatted(argument));
    }
    return new ImagePath(members(image), path.isEmpty() ? "/" : path);
  }

  /** The members of an image: separated by commas, unless a file has that very name. */
  public static List<Path> members(String image) {
    if (image.indexOf(',') < 0 || Files.exists(Path.of(image))) {
      return List.of(Path.of(image));
    }
    List<Path> members = new ArrayList<>();
    for (String member : image.split(",", -1)) {
      if (member.isEmpty()) {
        throw new IllegalArgumentException("'%s' has an empty member name.".formatted(image));
      }
      members.add(Path.of(member));
    }
    return members;
  }

  /** The same image, another path. */
  public ImagePath withPath(String other) {
    return new ImagePath(members, other);
  }
}
