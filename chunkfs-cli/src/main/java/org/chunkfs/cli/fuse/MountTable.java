package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is mounted where, from {@code /proc/self/mountinfo}; reading it asks no mounted filesystem.
 */
public final class MountTable {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  private final List<Entry> entries;

  private MountTable(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * One mount.
   *
   * @param device the device number as {@code major:minor}
   * @param type the filesystem type, such as {@code fuse.chunkfs}
   */
  public record Entry(String device, Path directory, String type, String source) {
    public boolean isChunkfs() {
      return type.equals(FuseMount.TYPE);
    }
  }

  public static MountTable read() throws IOException {
    return parse(Files.readString(MOUNTINFO));
  }

  /** Reads the format of proc_pid_mountinfo(5): fixed fields, optional ones, a dash, three more. */
  static MountTable parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int dash = 6;
      while (dash < fields.length && !fields[dash].equals("-")) {
        dash++;
      }
      if (dash + 2 < fields.length) {
        entries.add(
            new Entry(
                fields[2],
                Path.of(unescape(fields[4])),
                unescape(fields[dash + 1]),
                unescape(fields[dash + 2])));
      }
    }
    return new MountTable(entries);
  }

  /** The mount that is seen at {@code directory}: the last one made there. */
  public Optional<Entry> at(Path directory) {
    return entries.stream().filter(e -> e.directory().equals(directory)).reduce((_, last) -> last);
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        plain.append(field.charAt(i));
      }
    }
    return plain.toString();
  }
}
