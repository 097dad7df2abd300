package org.chunkfs.cli.tree;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.output.Names;
import org.jspecify.annotations.Nullable;

/**
 * The holes of one file of a tar archive, in any of GNU's formats: the old one (in headers), 0.0
 * and 0.1 (in PAX records) and 1.0 (before the data).
 */
final class TarSparse {
  private static final int MAX_RUNS = 1 << 20;

  private final List<Content.Run> map = new ArrayList<>();
  private @Nullable String name;
  private long realSize = -1;
  private long offset = -1;
  private boolean mapInData;
  private boolean found;

  /** Takes note of a PAX record, if it is about holes. */
  void record(String key, byte[] value) throws IOException {
    if (!key.startsWith("GNU.sparse.")) {
      return;
    }
    found = true;
    switch (key.substring("GNU.sparse.".length())) {
      case "name" -> name = Names.raw(value);
      case "realsize", "size" -> realSize = Pax.number(value);
      case "major" -> mapInData = Pax.number(value) == 1;
      case "offset" -> offset = Pax.number(value);
      case "numbytes" -> add(offset, Pax.number(value));
      case "map" -> {
        String[] numbers = Names.raw(value).split(",", -1);
        for (int i = 0; i + 1 < numbers.length; i += 2) {
          add(Pax.number(Names.bytes(numbers[i])), Pax.number(Names.bytes(numbers[i + 1])));
        }
      }
      default -> {} // counts that the list itself tells
    }
  }

  /** Reads the old format: the header's own list, and the blocks of it that follow. */
  void readOld(TarHeader header, InputStream in) throws IOException {
    found = true;
    realSize = header.number(483, 12);
    list(header, 386, 4);
    boolean more = header.byteAt(482) != 0;
    while (more) {
      byte[] block = in.readNBytes(TarHeader.SIZE);
      if (block.length < TarHeader.SIZE) {
        throw new EOFException("the tar archive is cut off within a header");
      }
      TarHeader extension = new TarHeader(block);
      list(extension, 0, 21);
      more = block[504] != 0;
    }
  }

  private void list(TarHeader header, int at, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int place = at + 24 * i;
      if (header.byteAt(place + 12) != 0) {
        add(header.number(place, 12), header.number(place + 12, 12));
      }
    }
  }

  private void add(long from, long length) throws IOException {
    if (map.size() == MAX_RUNS) {
      throw new IOException("the tar archive has a file of more than a million pieces");
    }
    map.add(new Content.Run(from, length));
  }

  boolean present() {
    return found;
  }

  @Nullable String name() {
    return name;
  }

  long realSize(long stored) {
    return realSize >= 0 ? realSize : stored;
  }

  /** Reads the map of format 1.0 from in front of the data; returns the bytes it took. */
  long readMap(InputStream in) throws IOException {
    if (!mapInData) {
      return 0;
    }
    long[] read = new long[1];
    long count = line(in, read);
    for (long i = 0; i < count; i++) {
      long from = line(in, read);
      add(from, line(in, read));
    }
    long padding = (TarHeader.SIZE - read[0] % TarHeader.SIZE) % TarHeader.SIZE;
    in.skipNBytes(padding);
    return read[0] + padding;
  }

  private static long line(InputStream in, long[] read) throws IOException {
    long value = 0;
    for (int i = 0; i < 20; i++) {
      int c = in.read();
      read[0]++;
      if (c == '\n' && i > 0) {
        return value;
      }
      if (c < '0' || c > '9' || value > Long.MAX_VALUE / 10 - 1) {
        break;
      }
      value = value * 10 + (c - '0');
    }
    throw new IOException("the tar archive is damaged: a list of holes makes no sense");
  }

  /** The runs of data, which must fill the {@code stored} bytes and lie within the file. */
  List<Content.Run> runs(long stored, long size) throws IOException {
    List<Content.Run> runs = new ArrayList<>();
    long end = 0;
    long total = 0;
    for (Content.Run run : map) {
      if (run.offset() < end || run.length() < 0 || run.offset() > size - run.length()) {
        throw new IOException("the tar archive is damaged: a list of holes makes no sense");
      }
      end = run.end();
      total += run.length();
      if (run.length() > 0) {
        runs.add(run);
      }
    }
    if (total != stored) {
      throw new IOException(
          "the tar archive is damaged: a file has %d bytes of data, its list of holes says %d"
              .formatted(stored, total));
    }
    return runs;
  }
}
