package org.chunkfs.cli.tree;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/**
 * A tar archive as a tree: old, POSIX and GNU headers, PAX records, and GNU's four formats of files
 * with holes. Leading slashes of names are dropped; a name with {@code ".."} is refused.
 */
public final class TarSource implements TreeSource {
  private static final int MAX_RECORDS = 64 << 20;
  private static final long SECOND = 1_000_000_000;

  private final InputStream in;
  private final Notes notes;
  private final Map<String, byte[]> global = new HashMap<>();
  private final byte[] piece = new byte[1 << 17];
  private long left;

  /** Reads from a stream that is not compressed, and closes it in the end. */
  public TarSource(InputStream in, Notes notes) {
    this.in = in;
    this.notes = notes;
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    while (one(visitor)) {
      // until the end
    }
  }

  private boolean one(Visitor visitor) throws IOException {
    Map<String, byte[]> pax = new HashMap<>(global);
    TarSparse sparse = new TarSparse();
    String longName = null;
    String longLink = null;
    while (true) {
      TarHeader header = header();
      if (header == null) {
        return false;
      }
      left = header.length();
      switch (header.type()) {
        case TarHeader.PAX -> records(pax, sparse);
        case TarHeader.GLOBAL_PAX -> {
          records(global, sparse);
          pax.putAll(global);
        }
        case TarHeader.GNU_NAME -> longName = string();
        case TarHeader.GNU_LINK -> longLink = string();
        default -> {
          entry(header, pax, sparse, longName, longLink, visitor);
          return true;
        }
      }
    }
  }

  private @Nullable TarHeader header() throws IOException {
    byte[] bytes = new byte[TarHeader.SIZE];
    int got = in.readNBytes(bytes, 0, bytes.length);
    if (got == 0) {
      return null; // without the two blocks of zeros: some writers leave them out
    }
    if (got < bytes.length) {
      throw new EOFException("the tar archive is cut off within a header");
    }
    if (TarHeader.isEnd(bytes)) {
      return null;
    }
    TarHeader header = new TarHeader(bytes);
    if (!sound(header)) {
      throw new IOException("this is not a tar archive, or a damaged one: a checksum is wrong");
    }
    return header;
  }

  private static boolean sound(TarHeader header) {
    try {
      return header.valid() && header.length() >= 0;
    } catch (IOException e) {
      return false; // not even numbers
    }
  }

  private byte[] small() throws IOException {
    if (left > MAX_RECORDS) {
      throw new IOException("the tar archive has a header of %d bytes".formatted(left));
    }
    long length = left;
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("the tar archive is cut off within a header");
    }
    skip(padding(length));
    return bytes;
  }

  private String string() throws IOException {
    String raw = Names.raw(small());
    int end = raw.indexOf('\0');
    return end < 0 ? raw : raw.substring(0, end);
  }

  private void records(Map<String, byte[]> to, TarSparse sparse) throws IOException {
    for (Map.Entry<String, byte[]> record : Pax.parse(small())) {
      sparse.record(record.getKey(), record.getValue());
      to.put(record.getKey(), record.getValue());
    }
  }

  private static long padding(long length) {
    return (TarHeader.SIZE - length % TarHeader.SIZE) % TarHeader.SIZE;
  }

  private void skip(long bytes) throws IOException {
    long rest = bytes;
    while (rest > 0) {
      int n = in.read(piece, 0, (int) Math.min(piece.length, rest));
      if (n < 0) {
        throw new EOFException("the tar archive is cut off");
      }
      rest -= n;
    }
  }

  private void entry(
      TarHeader header,
      Map<String, byte[]> pax,
      TarSparse sparse,
      @Nullable String longName,
      @Nullable String longLink,
      Visitor visitor)
      throws IOException {
    byte[] size = pax.get("size");
    long stored = size != null ? Pax.number(size) : header.length();
    boolean link = header.type() == TarHeader.LINK;
    left = header.type() == TarHeader.DIRECTORY || header.type() == TarHeader.SYMLINK ? 0 : stored;
    long padding = padding(left);
    if (header.type() == TarHeader.GNU_SPARSE) {
      sparse.readOld(header, in); // what it reads is not part of the size
    }
    String raw = first(sparse.name(), text(pax, "path"), longName, header.name());
    int type = type(header, raw);
    if (type == 0) {
      notes.leftOut(
          "%s: an entry of type '%s', which no file is."
              .formatted(Names.show(raw), Names.show(String.valueOf(header.type()))));
      skip(left + padding);
      return;
    }
    List<Content.Run> runs = null;
    long real = left;
    if (type == Vfs.S_IFREG && !link && sparse.present()) {
      left -= sparse.readMap(in);
      real = sparse.realSize(stored);
      runs = sparse.runs(left, real);
    }
    String target = first(null, text(pax, "linkpath"), longLink, header.linkName());
    TreeEntry entry =
        new TreeEntry(
            path(raw),
            type | header.mode() & 0xFFF,
            (int) number(pax, "uid", header.uid()),
            (int) number(pax, "gid", header.gid()),
            type == Vfs.S_IFCHR || type == Vfs.S_IFBLK ? header.device() : 0,
            type == Vfs.S_IFREG ? real : 0,
            time(pax, "atime", time(pax, "mtime", times(header.mtime()))),
            time(pax, "mtime", times(header.mtime())),
            type == Vfs.S_IFLNK ? target : null,
            link ? path(target) : null,
            xattrs(pax));
    visitor.entry(entry, type == Vfs.S_IFREG && !link ? content(runs, real) : Content.NONE);
    skip(left + padding);
    left = 0;
  }

  private static long times(long seconds) {
    long limit = Long.MAX_VALUE / SECOND;
    return Math.clamp(seconds, -limit, limit) * SECOND;
  }

  private static String first(
      @Nullable String a, @Nullable String b, @Nullable String c, String otherwise) {
    return a != null ? a : b != null ? b : c != null ? c : otherwise;
  }

  private static @Nullable String text(Map<String, byte[]> pax, String key) {
    byte[] value = pax.get(key);
    return value == null ? null : Names.raw(value);
  }

  private static long number(Map<String, byte[]> pax, String key, long otherwise)
      throws IOException {
    byte[] value = pax.get(key);
    return value == null ? otherwise : Pax.number(value);
  }

  private static long time(Map<String, byte[]> pax, String key, long otherwise) throws IOException {
    byte[] value = pax.get(key);
    return value == null ? otherwise : Pax.time(value);
  }

  private static Map<String, byte[]> xattrs(Map<String, byte[]> pax) {
    Map<String, byte[]> xattrs = new HashMap<>();
    pax.forEach((key, value) -> {
      if (key.startsWith(Pax.XATTR)) {
        xattrs.put(Pax.unescape(key.substring(Pax.XATTR.length())), value);
      }
    });
    return xattrs;
  }

  /** File type bits, or 0 for what is no file. */
  private static int type(TarHeader header, String name) {
    return switch (header.type()) {
      case TarHeader.FILE, TarHeader.CONTIGUOUS, TarHeader.GNU_SPARSE ->
          name.endsWith("/") ? Vfs.S_IFDIR : Vfs.S_IFREG;
      case TarHeader.LINK -> Vfs.S_IFREG;
      case TarHeader.SYMLINK -> Vfs.S_IFLNK;
      case TarHeader.CHARACTER -> Vfs.S_IFCHR;
      case TarHeader.BLOCK -> Vfs.S_IFBLK;
      case TarHeader.DIRECTORY -> Vfs.S_IFDIR;
      case TarHeader.FIFO -> Vfs.S_IFIFO;
      default -> 0;
    };
  }

  /** The path below the root that a name in an archive stands for. */
  static String path(String name) throws IOException {
    List<String> parts = PathWalker.parts(name);
    if (parts.contains("..") || name.indexOf('\0') >= 0) {
      throw new IOException(
          "the archive holds the name '%s', which leads out of it".formatted(Names.show(name)));
    }
    return String.join("/", parts);
  }

  private Content content(@Nullable List<Content.Run> sparse, long size) {
    List<Content.Run> runs =
        sparse != null ? sparse : size == 0 ? List.of() : List.of(new Content.Run(0, size));
    return new Content() {
      @Override
      public List<Run> runs() {
        return runs;
      }

      @Override
      public void copyTo(Sink sink) throws IOException {
        for (Run run : runs) {
          long at = run.offset();
          while (at < run.end()) {
            int n = in.read(piece, 0, (int) Math.min(piece.length, run.end() - at));
            if (n < 0) {
              throw new EOFException("the tar archive is cut off within a file");
            }
            left -= n;
            sink.data(at, ByteBuffer.wrap(piece, 0, n));
            at += n;
          }
        }
      }
    };
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
