package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Dirent;
import org.jspecify.annotations.Nullable;

/** A tree in an image. */
public final class VfsSource implements TreeSource {
  private static final int PIECE = 1 << 20;

  private final Vfs vfs;
  private final PathWalker walker;
  private final long top;
  private final String topPath;
  private final Map<Long, String> linked = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);

  /**
   * @param top the file or directory to begin with
   * @param topPath its path in the sink, empty for the sink's root
   */
  public VfsSource(Vfs vfs, long top, String topPath) {
    this.vfs = vfs;
    this.walker = new PathWalker(vfs);
    this.top = top;
    this.topPath = topPath;
  }

  /** A directory whose entries are being told. */
  private record Level(long id, String path, List<Dirent> entries, int[] next) {}

  @Override
  public void forEach(Visitor visitor) throws IOException {
    List<Level> levels = new ArrayList<>();
    Level first = visit(top, topPath, levels, visitor);
    if (first != null) {
      levels.add(first);
    }
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      if (level.next[0] == level.entries.size()) {
        levels.removeLast();
        continue;
      }
      Dirent entry = level.entries.get(level.next[0]++);
      String name = checked(Names.raw(entry.name()), level.path);
      Level below = visit(entry.id(), TreeEntry.child(level.path, name), levels, visitor);
      if (below != null) {
        levels.add(below);
      }
    }
  }

  /** A damaged image may hold names that would lead elsewhere. */
  static String checked(String name, String directory) throws FsException {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new FsException(
          Reason.INVALID,
          "/%s holds the impossible name '%s'; run chunkfs fsck"
              .formatted(Names.show(directory), Names.show(name)));
    }
    return name;
  }

  private @Nullable Level visit(long id, String path, List<Level> above, Visitor visitor)
      throws IOException {
    Attr attr = vfs.getattr(id);
    if (attr.isDirectory()) {
      if (above.stream().anyMatch(level -> level.id == id)) {
        throw new FsException(
            Reason.INVALID,
            "/%s: the directory contains itself; run chunkfs fsck".formatted(Names.show(path)));
      }
      visitor.entry(entry(attr, path, null), Content.NONE);
      return new Level(id, path, walker.list(id), new int[1]);
    }
    String before = attr.nlink() > 1 ? linked.putIfAbsent(attr.id(), path) : null;
    boolean data = attr.isRegular() && before == null;
    visitor.entry(entry(attr, path, before), data ? new FileContent(attr) : Content.NONE);
    return null;
  }

  private TreeEntry entry(Attr attr, String path, @Nullable String hardLink) throws IOException {
    Map<String, byte[]> xattrs = new HashMap<>();
    if (hardLink == null) {
      for (byte[] name : vfs.listxattr(attr.id())) {
        xattrs.put(Names.raw(name), vfs.getxattr(attr.id(), name));
      }
    }
    return new TreeEntry(
        path,
        attr.mode(),
        attr.uid(),
        attr.gid(),
        attr.rdev(),
        attr.isRegular() ? attr.size() : 0,
        attr.atime(),
        attr.mtime(),
        attr.isSymlink() && hardLink == null ? Names.raw(vfs.readlink(attr.id())) : null,
        hardLink,
        xattrs);
  }

  /** A file's bytes, as the volume tells data from holes. */
  private final class FileContent implements Content {
    private final Attr attr;

    FileContent(Attr attr) {
      this.attr = attr;
    }

    @Override
    public List<Run> runs() throws IOException {
      List<Run> runs = new ArrayList<>();
      long at = 0;
      while (at < attr.size()) {
        long start = seek(at, false);
        if (start >= attr.size()) {
          break;
        }
        long end = Math.min(seek(start, true), attr.size());
        runs.add(new Run(start, end - start));
        at = end;
      }
      return runs;
    }

    private long seek(long from, boolean hole) throws IOException {
      try {
        return vfs.seek(attr.id(), from, hole);
      } catch (FsException e) {
        if (e.reason() == Reason.NO_SUCH_OFFSET) {
          return attr.size();
        }
        throw e;
      }
    }

    @Override
    public void copyTo(Sink sink) throws IOException {
      for (Run run : runs()) {
        long at = run.offset();
        while (at < run.end()) {
          buffer.clear().limit((int) Math.min(PIECE, run.end() - at));
          int got = vfs.read(attr.id(), at, buffer);
          if (got <= 0) {
            return; // it became shorter meanwhile
          }
          sink.data(at, buffer.flip());
          at += got;
        }
      }
    }
  }
}
