package org.chunkfs.cli.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;

/**
 * A tar archive that receives a tree: PAX headers for nanoseconds, long and strange names, large
 * numbers and extended attributes; files with holes in GNU's sparse format 1.0.
 */
public final class TarSink implements TreeSink {
  private static final int RECORD = 20 * TarHeader.SIZE;
  private static final long SECOND = 1_000_000_000;

  private final OutputStream out;
  private final Notes notes;
  private final byte[] piece = new byte[1 << 16];
  private long written;

  /** Writes to a stream, which is closed in the end. */
  public TarSink(OutputStream out, Notes notes) {
    this.out = out;
    this.notes = notes;
  }

  @Override
  public void add(TreeEntry entry, Content content) throws IOException {
    char type = type(entry);
    if (type == 0) {
      notes.leftOut("/" + Names.show(entry.path()) + ": a socket, which tar has no place for.");
      return;
    }
    String path = entry.path().isEmpty() ? "./" : entry.path();
    if (type == TarHeader.DIRECTORY && !path.endsWith("/")) {
      path += "/";
    }
    ByteArrayOutputStream pax = new ByteArrayOutputStream();
    TarHeader header = new TarHeader(type);
    attributes(entry, header, pax);
    if (type != TarHeader.FILE) {
      name(header, path, pax);
      link(entry, header, pax);
      headers(pax, header);
      return;
    }
    List<Content.Run> runs = content.runs();
    long data = runs.stream().mapToLong(Content.Run::length).sum();
    if (data == entry.size()) {
      name(header, path, pax);
      length(header, entry.size(), pax);
      headers(pax, header);
      data(List.of(new Content.Run(0, entry.size())), content);
    } else {
      sparse(entry, path, header, pax, runs, content);
    }
  }

  private static char type(TreeEntry entry) {
    if (entry.hardLink() != null) {
      return TarHeader.LINK;
    }
    return switch (entry.type()) {
      case Vfs.S_IFREG -> TarHeader.FILE;
      case Vfs.S_IFDIR -> TarHeader.DIRECTORY;
      case Vfs.S_IFLNK -> TarHeader.SYMLINK;
      case Vfs.S_IFCHR -> TarHeader.CHARACTER;
      case Vfs.S_IFBLK -> TarHeader.BLOCK;
      case Vfs.S_IFIFO -> TarHeader.FIFO;
      default -> 0;
    };
  }

  private static void attributes(TreeEntry entry, TarHeader header, ByteArrayOutputStream pax) {
    header.mode(entry.mode() & 0xFFF);
    long uid = Integer.toUnsignedLong(entry.uid());
    long gid = Integer.toUnsignedLong(entry.gid());
    if (!header.owner(uid, gid)) {
      Pax.add(pax, "uid", Long.toString(uid));
      Pax.add(pax, "gid", Long.toString(gid));
    }
    if (!header.mtime(Math.floorDiv(entry.mtime(), SECOND)) || entry.mtime() % SECOND != 0) {
      Pax.add(pax, "mtime", Pax.time(entry.mtime()));
    }
    Pax.add(pax, "atime", Pax.time(entry.atime()));
    header.device(entry.rdev());
    entry.xattrs().forEach((name, value) -> Pax.add(pax, Pax.XATTR + Pax.escape(name), value));
  }

  private static void name(TarHeader header, String path, ByteArrayOutputStream pax) {
    header.name(path);
    if (path.length() > TarHeader.NAME_MAX || !ascii(path)) {
      Pax.add(pax, "path", path);
    }
  }

  private static void link(TreeEntry entry, TarHeader header, ByteArrayOutputStream pax) {
    String link = entry.hardLink() != null ? entry.hardLink() : entry.symlink();
    if (link != null) {
      header.linkName(link);
      if (link.length() > TarHeader.NAME_MAX || !ascii(link)) {
        Pax.add(pax, "linkpath", link);
      }
    }
  }

  private static boolean ascii(String raw) {
    return raw.chars().allMatch(c -> c < 128);
  }

  private static void length(TarHeader header, long length, ByteArrayOutputStream pax) {
    if (!header.length(length)) {
      Pax.add(pax, "size", Long.toString(length));
    }
  }

  private void headers(ByteArrayOutputStream pax, TarHeader header) throws IOException {
    byte[] records = pax.toByteArray();
    TarHeader extended = new TarHeader(TarHeader.PAX);
    extended.name("PaxHeaders/chunkfs");
    extended.mode(0x1A4);
    extended.length(records.length);
    write(extended.seal());
    write(records);
    pad(records.length);
    write(header.seal());
  }

  private void sparse(
      TreeEntry entry,
      String path,
      TarHeader header,
      ByteArrayOutputStream pax,
      List<Content.Run> runs,
      Content content)
      throws IOException {
    Pax.add(pax, "GNU.sparse.major", "1");
    Pax.add(pax, "GNU.sparse.minor", "0");
    Pax.add(pax, "GNU.sparse.name", path);
    Pax.add(pax, "GNU.sparse.realsize", Long.toString(entry.size()));
    StringBuilder map = new StringBuilder();
    boolean tail = runs.isEmpty() || runs.getLast().end() < entry.size();
    map.append(runs.size() + (tail ? 1 : 0)).append('\n');
    long data = 0;
    for (Content.Run run : runs) {
      map.append(run.offset()).append('\n').append(run.length()).append('\n');
      data += run.length();
    }
    if (tail) {
      map.append(entry.size()).append("\n0\n");
    }
    byte[] mapBytes = map.toString().getBytes(StandardCharsets.US_ASCII);
    long mapLength = roundUp(mapBytes.length);
    header.name("GNUSparseFile.0/file");
    length(header, mapLength + data, pax);
    headers(pax, header);
    write(mapBytes);
    pad(mapBytes.length);
    data(runs, content);
  }

  /** Writes the runs back to back; what the content leaves out of them is zeros. */
  private void data(List<Content.Run> runs, Content content) throws IOException {
    Filler filler = new Filler(runs);
    content.copyTo(filler);
    filler.fillTo(Long.MAX_VALUE);
    pad(filler.total);
  }

  private final class Filler implements Content.Sink {
    private final List<Content.Run> runs;
    private int run;
    private long at;
    private long total;

    Filler(List<Content.Run> runs) {
      this.runs = runs;
      this.at = runs.isEmpty() ? 0 : runs.getFirst().offset();
    }

    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      long from = offset;
      while (bytes.hasRemaining()) {
        fillTo(from);
        if (run == runs.size()) {
          return; // it has grown meanwhile
        }
        Content.Run current = runs.get(run);
        if (from < at) {
          throw new IOException("the content of a file came out of order");
        }
        int length = (int) Math.min(bytes.remaining(), current.end() - from);
        int old = bytes.limit();
        bytes.limit(bytes.position() + length);
        copy(bytes);
        bytes.limit(old);
        from += length;
        total += length;
        at = from;
        step();
      }
    }

    private void copy(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int n = Math.min(piece.length, bytes.remaining());
        bytes.get(piece, 0, n);
        out.write(piece, 0, n);
        written += n;
      }
    }

    /** Zeros for all of the runs before {@code offset}. */
    private void fillTo(long offset) throws IOException {
      while (run < runs.size() && at < offset) {
        long end = Math.min(offset, runs.get(run).end());
        zeros(end - at);
        total += end - at;
        at = end;
        step();
      }
    }

    private void step() {
      while (run < runs.size() && at == runs.get(run).end()) {
        run++;
        if (run < runs.size()) {
          at = runs.get(run).offset();
        }
      }
    }
  }

  private static long roundUp(long length) {
    return (length + TarHeader.SIZE - 1) / TarHeader.SIZE * TarHeader.SIZE;
  }

  private void pad(long length) throws IOException {
    zeros(roundUp(length) - length);
  }

  private void zeros(long count) throws IOException {
    byte[] zeros = new byte[(int) Math.min(count, 1 << 16)];
    long left = count;
    while (left > 0) {
      int n = (int) Math.min(left, zeros.length);
      out.write(zeros, 0, n);
      left -= n;
    }
    written += count;
  }

  private void write(byte[] bytes) throws IOException {
    out.write(Objects.requireNonNull(bytes));
    written += bytes.length;
  }

  @Override
  public void finish() throws IOException {
    zeros(2 * TarHeader.SIZE);
    zeros((RECORD - written % RECORD) % RECORD);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
