package org.chunkfs.cli.output;

import org.chunkfs.core.volume.Vfs;

/** File types and permissions as {@code ls} and {@code stat} show them. */
public final class Modes {
  private static final int S_ISUID = 0x800, S_ISGID = 0x400, S_ISVTX = 0x200;

  private Modes() {}

  /** Such as {@code drwxr-xr-x}. */
  public static String show(int mode) {
    char[] text = new char[10];
    text[0] = letter(mode);
    for (int i = 0; i < 9; i++) {
      text[i + 1] = (mode & 0x100 >> i) != 0 ? "rwx".charAt(i % 3) : '-';
    }
    special(text, 3, (mode & S_ISUID) != 0, 's');
    special(text, 6, (mode & S_ISGID) != 0, 's');
    special(text, 9, (mode & S_ISVTX) != 0, 't');
    return new String(text);
  }

  private static void special(char[] text, int at, boolean set, char letter) {
    if (set) {
      text[at] = text[at] == 'x' ? letter : Character.toUpperCase(letter);
    }
  }

  /** The letter of a file type, as in {@code ls -l}; {@code f} is written {@code -}. */
  public static char letter(int mode) {
    return switch (mode & Vfs.S_IFMT) {
      case Vfs.S_IFDIR -> 'd';
      case Vfs.S_IFLNK -> 'l';
      case Vfs.S_IFCHR -> 'c';
      case Vfs.S_IFBLK -> 'b';
      case Vfs.S_IFIFO -> 'p';
      case Vfs.S_IFSOCK -> 's';
      case Vfs.S_IFREG -> '-';
      default -> '?';
    };
  }

  /** The type in words. */
  public static String word(int mode) {
    return switch (letter(mode)) {
      case 'd' -> "directory";
      case 'l' -> "symbolic link";
      case 'c' -> "character device";
      case 'b' -> "block device";
      case 'p' -> "fifo";
      case 's' -> "socket";
      case '-' -> "regular file";
      default -> "unknown type";
    };
  }

  /** Major and minor number of a device, {@code 8, 1}. */
  public static String device(int rdev) {
    return (rdev >>> 8 & 0xFFF) + ", " + (rdev & 0xFF | rdev >>> 12 & 0xFFF00);
  }
}
