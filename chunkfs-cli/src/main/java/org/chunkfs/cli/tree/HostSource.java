package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/** A tree of the host's files. Symbolic links are taken along, not followed. */
public final class HostSource implements TreeSource {
  private static final int PIECE = 1 << 20, BLOCK = 4096;
  private static final long SECOND = 1_000_000_000;

  private final Path top;
  private final String topPath;
  private final Notes notes;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
  private final Map<Object, String> linked = new HashMap<>();

  /**
   * @param top the file or directory to begin with; a symbolic link there is followed
   * @param topPath its path in the sink, empty for the sink's root
   */
  public HostSource(Path top, String topPath, Notes notes) throws IOException {
    this.top = top.toRealPath();
    this.topPath = topPath;
    this.notes = notes;
  }

  /** Bytes of all regular files below, for a progress bar. */
  public long totalBytes() throws IOException {
    try (var files = Files.walk(top)) {
      return files.mapToLong(HostSource::sizeOf).sum();
    } catch (java.io.UncheckedIOException e) {
      return 0; // what cannot be read is told when it is its turn
    }
  }

  private static long sizeOf(Path path) {
    try {
      return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private record Level(String path, List<Path> entries, int[] next) {}

  @Override
  public void forEach(Visitor visitor) throws IOException {
    List<Level> levels = new ArrayList<>();
    visit(top, topPath, levels, visitor);
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      if (level.next[0] == level.entries.size()) {
        levels.removeLast();
      } else {
        Path entry = level.entries.get(level.next[0]++);
        visit(entry, TreeEntry.child(level.path, HostNames.name(entry)), levels, visitor);
      }
    }
  }

  private void visit(Path file, String path, List<Level> levels, Visitor visitor)
      throws IOException {
    Map<String, Object> attributes = attributes(file);
    TreeEntry entry = entry(file, path, attributes);
    if (entry.isDirectory()) {
      visitor.entry(entry, Content.NONE);
      levels.add(new Level(path, list(file), new int[1]));
    } else {
      boolean data = entry.isRegular() && entry.hardLink() == null;
      visitor.entry(entry, data ? new FileContent(file, entry.size()) : Content.NONE);
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(Comparator.comparing(HostNames::name));
    return entries;
  }

  private static Map<String, Object> attributes(Path file) throws IOException {
    boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
    return Files.readAttributes(file, unix ? "unix:*" : "*", LinkOption.NOFOLLOW_LINKS);
  }

  private TreeEntry entry(Path file, String path, Map<String, Object> a) throws IOException {
    int mode = number(a, "mode", guessedMode(a)).intValue();
    int type = mode & Vfs.S_IFMT;
    String before = null;
    if (type != Vfs.S_IFDIR && number(a, "nlink", 1).intValue() > 1) {
      Object key = List.of(number(a, "dev", 0), number(a, "ino", 0));
      before = linked.putIfAbsent(key, path);
    }
    return new TreeEntry(
        path,
        mode,
        number(a, "uid", 0).intValue(),
        number(a, "gid", 0).intValue(),
        type == Vfs.S_IFCHR || type == Vfs.S_IFBLK ? number(a, "rdev", 0).intValue() : 0,
        type == Vfs.S_IFREG ? number(a, "size", 0).longValue() : 0,
        nanos(a.get("lastAccessTime")),
        nanos(a.get("lastModifiedTime")),
        type == Vfs.S_IFLNK ? HostNames.target(file) : null,
        before,
        before == null ? xattrs(file) : Map.of());
  }

  private static Number number(Map<String, Object> attributes, String name, Number otherwise) {
    return attributes.get(name) instanceof Number n ? n : otherwise;
  }

  /** For hosts that have no Unix modes. */
  private static int guessedMode(Map<String, Object> a) {
    if (Boolean.TRUE.equals(a.get("isDirectory"))) {
      return Vfs.S_IFDIR | 0x1ED;
    }
    return Boolean.TRUE.equals(a.get("isSymbolicLink")) ? Vfs.S_IFLNK | 0x1FF : Vfs.S_IFREG | 0x1A4;
  }

  private static long nanos(@Nullable Object time) {
    if (!(time instanceof FileTime t)) {
      return 0;
    }
    var instant = t.toInstant();
    long limit = Long.MAX_VALUE / SECOND - 1;
    return Math.clamp(instant.getEpochSecond(), -limit, limit) * SECOND + instant.getNano();
  }

  /** The user's own attributes and file capabilities; the host's other ones mean nothing here. */
  private Map<String, byte[]> xattrs(Path file) {
    if (!HostFiles.supported()) {
      return Map.of();
    }
    Map<String, byte[]> xattrs = new HashMap<>();
    byte[] path = HostNames.bytes(file);
    for (byte[] name : HostFiles.listXattrs(path)) {
      String raw = Names.raw(name);
      if (raw.startsWith("user.") || raw.equals("security.capability")) {
        try {
          xattrs.put(raw, HostFiles.getXattr(path, name));
        } catch (IOException e) {
          notes.leftOut(
              "%s: the extended attribute %s cannot be read".formatted(file, Names.show(raw)));
        }
      }
    }
    return xattrs;
  }

  /** A file's bytes; blocks of zeros count as holes, as do the host's own holes. */
  private final class FileContent implements Content {
    private final Path file;
    private final long size;

    FileContent(Path file, long size) {
      this.file = file;
      this.size = size;
    }

    @Override
    public List<Run> runs() throws IOException {
      if (size == 0) {
        return List.of();
      }
      if (!HostFiles.supported() || size <= BLOCK) {
        return List.of(new Run(0, size));
      }
      List<Run> runs = new ArrayList<>();
      try (HostFiles.Holes holes = HostFiles.Holes.open(HostNames.bytes(file))) {
        long at = 0;
        while (at < size) {
          OptionalLong start = holes.seek(at, false);
          if (start.isEmpty() || start.getAsLong() >= size) {
            break;
          }
          long end = Math.min(size, holes.seek(start.getAsLong(), true).orElse(size));
          runs.add(new Run(start.getAsLong(), end - start.getAsLong()));
          at = end;
        }
      }
      return runs;
    }

    @Override
    public void copyTo(Sink sink) throws IOException {
      List<Run> runs = runs();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        for (Run run : runs) {
          long at = run.offset();
          while (at < run.end()) {
            buffer.clear().limit((int) Math.min(PIECE, run.end() - at));
            while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
              // until it is full, or the file ends sooner than it did
            }
            if (buffer.flip().limit() == 0) {
              return;
            }
            int length = buffer.limit();
            withoutZeros(at, sink);
            at += length;
          }
        }
      }
    }

    private void withoutZeros(long offset, Sink sink) throws IOException {
      int length = buffer.limit();
      int start = 0;
      for (int at = 0; at < length; at += BLOCK) {
        int end = Math.min(length, at + BLOCK);
        if (zeros(at, end)) {
          pass(offset, start, at, sink);
          start = end;
        }
      }
      pass(offset, start, length, sink);
    }

    private void pass(long offset, int from, int to, Sink sink) throws IOException {
      if (from < to) {
        sink.data(offset + from, buffer.slice(from, to - from));
      }
    }

    private boolean zeros(int from, int to) {
      int at = from;
      for (; at + 8 <= to; at += 8) {
        if (buffer.getLong(at) != 0) {
          return false;
        }
      }
      for (; at < to; at++) {
        if (buffer.get(at) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /** Whether a time fits what Java tells of files, here so that both directions agree. */
  static FileTime fileTime(long nanos) {
    return FileTime.from(nanos, TimeUnit.NANOSECONDS);
  }
}
