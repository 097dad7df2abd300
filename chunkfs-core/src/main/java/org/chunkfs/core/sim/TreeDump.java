package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;

/**
 * A whole tree in words: a line for each name, with type, attributes (but times and blocks),
 * content, extended attributes and which other name is the same inode. On the way it looks whether
 * the calls agree among each other.
 */
public final class TreeDump {
  private static final int BLOCK = 4096;
  private static final byte[] ZEROS = new byte[BLOCK];

  /** Before what only {@link #exact} says. */
  private static final String EXACT = " @ ";

  private final Vfs vfs;
  private final boolean exact;
  private final TreeMap<String, String> lines = new TreeMap<>();
  private final Map<Long, String> names = new HashMap<>();

  private TreeDump(Vfs vfs, boolean exact) {
    this.vfs = vfs;
    this.exact = exact;
  }

  /**
   * The tree below the root.
   *
   * @throws IOException if anything in it cannot be read
   * @throws IllegalStateException if the filesystem contradicts itself
   */
  public static List<String> of(Vfs vfs) throws IOException {
    return of(vfs, vfs.root());
  }

  /** The tree below a directory. */
  public static List<String> of(Vfs vfs, long dir) throws IOException {
    return new TreeDump(vfs, false).all(dir);
  }

  /**
   * The tree below the root, and of each inode what only the same image says the same of: number,
   * generation, times and blocks.
   */
  static List<String> exact(Vfs vfs) throws IOException {
    return new TreeDump(vfs, true).all(vfs.root());
  }

  /** What {@link #of(Vfs)} would have said where {@link #exact} said more. */
  static List<String> plain(List<String> exact) {
    return exact.stream()
        .map(line -> line.contains(EXACT) ? line.substring(0, line.lastIndexOf(EXACT)) : line)
        .toList();
  }

  private List<String> all(long dir) throws IOException {
    line("/", vfs.getattr(dir));
    directory("/", dir);
    List<String> all = new ArrayList<>(lines.size());
    lines.forEach((path, text) -> all.add(path + " " + text));
    return all;
  }

  /** The first lines in which two dumps differ, for people. */
  public static String difference(List<String> expected, List<String> found) {
    List<String> missing = new ArrayList<>(expected);
    missing.removeAll(found);
    List<String> extra = new ArrayList<>(found);
    extra.removeAll(expected);
    return "missing " + cut(missing) + ", found instead " + cut(extra);
  }

  private static String cut(List<String> lines) {
    return lines.size() > 4
        ? lines.subList(0, 4) + " and " + (lines.size() - 4) + " more"
        : lines + "";
  }

  private void directory(String path, long dir) throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    vfs.readdir(dir, 0, entries::add);
    // In an order of our own, so that of two names of one inode always the same comes first.
    entries.sort((a, b) -> Arrays.compare(a.name(), b.name()));
    for (Vfs.Dirent e : entries) {
      String below = path + (path.endsWith("/") ? "" : "/") + show(e.name());
      Vfs.Attr attr = vfs.lookup(dir, e.name());
      require(attr.id() == e.id() && attr.ino() == e.ino(), below, "readdir and lookup differ");
      require((attr.mode() & Vfs.S_IFMT) >> 12 == e.type(), below, "readdir's type is wrong");
      require(attr.equals(vfs.getattr(attr.id())), below, "lookup and getattr differ");
      line(below, attr);
      if (attr.isDirectory()) {
        require(vfs.parent(attr.id()).id() == dir, below, "its parent is another");
        directory(below, attr.id());
      }
    }
  }

  private static void require(boolean holds, String path, String what) {
    if (!holds) {
      throw new IllegalStateException(path + ": " + what);
    }
  }

  /** Long names are cut, with their hash. */
  private static String show(byte[] name) {
    String text = new String(name, StandardCharsets.US_ASCII);
    return text.length() <= 40
        ? text
        : text.substring(0, 20) + "~" + name.length + "#" + Integer.toHexString(text.hashCode());
  }

  private void line(String path, Vfs.Attr attr) throws IOException {
    StringBuilder text = new StringBuilder(Actor.show(attr));
    String first = names.putIfAbsent(attr.id(), path);
    if (first != null) {
      lines.put(path, text.append(" same as ").append(first).toString());
      return;
    }
    if (attr.isSymlink()) {
      text.append(" to ").append(Actor.hash(vfs.readlink(attr.id())));
    }
    if (attr.isRegular() && attr.size() > 0) {
      text.append(" content ").append(content(attr.id(), attr.size()));
    }
    TreeMap<String, String> xattrs = new TreeMap<>();
    for (byte[] name : vfs.listxattr(attr.id())) {
      xattrs.put(show(name), Actor.hash(vfs.getxattr(attr.id(), name)));
    }
    if (!xattrs.isEmpty()) {
      text.append(' ').append(xattrs);
    }
    if (exact) {
      text.append(EXACT).append(exactly(attr));
    }
    lines.put(path, text.toString());
  }

  private static String exactly(Vfs.Attr a) {
    return "inode "
        + Long.toHexString(a.ino())
        + " generation "
        + a.generation()
        + " blocks "
        + a.blocks()
        + " times "
        + a.atime()
        + ' '
        + a.mtime()
        + ' '
        + a.ctime()
        + ' '
        + a.btime();
  }

  /** A checksum of the blocks that are not zeros, and of their places. */
  private String content(long id, long size) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
    long at = 0;
    while (at < size) {
      try {
        at = vfs.seek(id, at, false) & -BLOCK;
      } catch (FsException e) {
        if (e.reason() == FsException.Reason.NO_SUCH_OFFSET) {
          break;
        }
        throw e;
      }
      int n = vfs.read(id, at, buffer.clear());
      if (n <= 0) {
        throw new IllegalStateException("data at " + at + " of " + size + " reads as nothing");
      }
      if (!Arrays.equals(buffer.array(), 0, n, ZEROS, 0, n)) {
        crc.update((int) (at >>> 12 & 0xFF));
        crc.update((int) (at >>> 20 & 0xFF));
        crc.update(buffer.array(), 0, n);
      }
      at += BLOCK;
    }
    return Long.toHexString(crc.getValue());
  }
}
