package org.chunkfs.cli.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.Dirent;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of a volume by path. Paths are raw strings; empty parts and {@code "."} mean nothing,
 * {@code ".."} is the directory above.
 */
public final class PathWalker {
  private static final int MAX_SYMLINKS = 40;

  private final Vfs vfs;

  public PathWalker(Vfs vfs) {
    this.vfs = vfs;
  }

  /** The parts of a path that mean something. */
  public static List<String> parts(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /**
   * The file a path leads to; symbolic links on the way are followed, one at its end is not.
   *
   * @throws FsException NOT_FOUND, NOT_DIRECTORY, with a sentence that names the path
   */
  public Attr find(String path) throws IOException {
    Attr found = look(path, false);
    if (found == null) {
      throw new FsException(Reason.NOT_FOUND, shown(path) + ": there is no such file in the image");
    }
    return found;
  }

  /** As {@link #find}, but null where there is nothing of that name. */
  public @Nullable Attr look(String path, boolean followLast) throws IOException {
    return walk(vfs.getattr(vfs.root()), path, followLast, path, MAX_SYMLINKS);
  }

  private @Nullable Attr walk(
      Attr start, String path, boolean followLast, String whole, int symlinks) throws IOException {
    Attr at = path.startsWith("/") ? vfs.getattr(vfs.root()) : start;
    List<String> parts = parts(path);
    for (int i = 0; i < parts.size(); i++) {
      if (!at.isDirectory()) {
        throw new FsException(
            Reason.NOT_DIRECTORY,
            "%s: what is named before '%s' is not a directory"
                .formatted(shown(whole), Names.show(parts.get(i))));
      }
      Attr next = lookup(at.id(), parts.get(i));
      boolean last = i == parts.size() - 1;
      if (next != null && next.isSymlink() && (!last || followLast)) {
        if (symlinks == 0) {
          throw new FsException(
              Reason.INVALID, shown(whole) + ": too many symbolic links on the way");
        }
        String target = Names.raw(vfs.readlink(next.id()));
        next = walk(at, target, true, whole, symlinks - 1);
      }
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  /** The entry of a directory, or null. */
  public @Nullable Attr lookup(long directory, String name) throws IOException {
    try {
      return vfs.lookup(directory, Names.bytes(name));
    } catch (FsException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** The directory that holds, or would hold, what a path names. */
  public Attr parent(String path) throws IOException {
    List<String> parts = parts(path);
    Attr directory =
        find("/" + String.join("/", parts.subList(0, Math.max(0, parts.size() - 1))) + "/.");
    Attr followed = directory.isSymlink() ? look(parentPath(parts), true) : directory;
    if (followed == null || !followed.isDirectory()) {
      throw new FsException(Reason.NOT_DIRECTORY, shown(path) + ": is not in a directory");
    }
    return followed;
  }

  private static String parentPath(List<String> parts) {
    return String.join("/", parts.subList(0, Math.max(0, parts.size() - 1)));
  }

  /** The last part of a path; refuses one that has none, or that ends in {@code ".."}. */
  public static String name(String path) throws FsException {
    List<String> parts = parts(path);
    if (parts.isEmpty() || parts.getLast().equals("..")) {
      throw new FsException(
          Reason.INVALID, shown(path) + ": is no name that can be made or removed");
    }
    return parts.getLast();
  }

  /**
   * Makes the directories of a path that are not there yet, as {@code mkdir -p}; returns the last.
   */
  public Attr mkdirs(String path, Creation creation) throws IOException {
    Attr at = vfs.getattr(vfs.root());
    StringBuilder done = new StringBuilder();
    for (String part : parts(path)) {
      done.append('/').append(part);
      Attr next = look(done.toString(), true);
      if (next == null) {
        next = vfs.mkdir(at.id(), Names.bytes(part), creation);
      } else if (!next.isDirectory()) {
        throw new FsException(
            Reason.NOT_DIRECTORY, shown(done.toString()) + ": exists and is not a directory");
      }
      at = next;
    }
    return at;
  }

  /** What a directory holds, sorted by name. */
  public List<Dirent> list(long directory) throws IOException {
    List<Dirent> entries = new ArrayList<>();
    vfs.readdir(directory, 0, entries::add);
    entries.sort(Comparator.comparing((Dirent e) -> Names.raw(e.name())));
    return entries;
  }

  /**
   * Removes a file, or a directory with everything in it. A directory that leads back to one above
   * it, as only a damaged image has, is refused.
   */
  public void removeTree(long directory, String name) throws IOException {
    Attr attr = vfs.lookup(directory, Names.bytes(name));
    if (!attr.isDirectory()) {
      vfs.unlink(directory, Names.bytes(name));
      return;
    }
    List<Level> levels = new ArrayList<>();
    levels.add(new Level(directory, name, attr.id()));
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      Level below = null;
      for (Dirent entry : list(level.id)) {
        if (entry.type() << 12 == Vfs.S_IFDIR) {
          below = new Level(level.id, Names.raw(entry.name()), entry.id());
          break;
        }
        vfs.unlink(level.id, entry.name());
      }
      if (below != null) {
        long id = below.id;
        if (levels.stream().anyMatch(l -> l.id == id)) {
          throw new FsException(
              Reason.INVALID,
              Names.show(below.name) + ": the directory contains itself; run chunkfs fsck");
        }
        levels.add(below);
      } else {
        vfs.rmdir(level.parent, Names.bytes(level.name));
        levels.removeLast();
      }
    }
  }

  private record Level(long parent, String name, long id) {}

  /** A path as messages show it. */
  public static String shown(String path) {
    return "/" + Names.show(String.join("/", parts(path)));
  }
}
