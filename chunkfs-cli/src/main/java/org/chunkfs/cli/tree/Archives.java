package org.chunkfs.cli.tree;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;

/** Finds out what kind of place a path is: a directory, or which kind of archive. */
public final class Archives {
  private static final int BUFFER = 1 << 18;

  /** What a tree can be written to. */
  public enum Format {
    DIR,
    TAR,
    TAR_GZ,
    TAR_BZ2,
    TAR_XZ,
    ZIP;

    /**
     * The format that a word names.
     *
     * @throws IllegalArgumentException if it names none
     */
    public static Format of(String word) {
      return switch (word.toLowerCase(Locale.ROOT)) {
        case "dir", "directory" -> DIR;
        case "tar" -> TAR;
        case "tar.gz", "tgz" -> TAR_GZ;
        case "tar.bz2", "tbz2" -> TAR_BZ2;
        case "tar.xz", "txz" -> TAR_XZ;
        case "zip" -> ZIP;
        default ->
            throw new IllegalArgumentException(
                "There is no format '%s'; there are tar, tar.gz, tar.bz2, tar.xz, zip and dir."
                    .formatted(word));
      };
    }

    /** The format that a file name's end stands for; {@link #DIR} if none. */
    public static Format ofName(Path path) {
      String name = path.toString().toLowerCase(Locale.ROOT);
      String[] ends = {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".zip"};
      for (String end : ends) {
        if (name.endsWith(end)) {
          return of(end.substring(1));
        }
      }
      return DIR;
    }
  }

  private Archives() {}

  /**
   * The tree in a directory or an archive, whose kind is told by its first bytes.
   *
   * @param uid owner of what a zip archive does not tell the owner of
   */
  public static TreeSource source(Path path, Notes notes, int uid, int gid) throws IOException {
    if (Files.isDirectory(path)) {
      return new HostSource(path, "", notes);
    }
    byte[] start = new byte[4];
    try (InputStream in = Files.newInputStream(path)) {
      in.readNBytes(start, 0, start.length);
    }
    if (start[0] == 'P' && start[1] == 'K' && (start[2] == 3 || start[2] == 5)) {
      return new ZipSource(path, notes, uid, gid);
    }
    InputStream in = Files.newInputStream(path);
    try {
      return tar(in, notes);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The tree in a tar archive, compressed or not. */
  public static TreeSource tar(InputStream stream, Notes notes) throws IOException {
    BufferedInputStream in = new BufferedInputStream(stream, BUFFER);
    String compression;
    try {
      compression = CompressorStreamFactory.detect(in);
    } catch (CompressorException e) {
      return new TarSource(in, notes); // not compressed
    }
    try {
      return new TarSource(
          new BufferedInputStream(
              new CompressorStreamFactory(true, 1 << 16)
                  .createCompressorInputStream(compression, in),
              BUFFER),
          notes);
    } catch (CompressorException | LinkageError e) {
      throw new IOException(
          "the archive is compressed with %s, which this chunkfs cannot read; decompress it first"
              .formatted(compression),
          e);
    }
  }

  /** A new archive, or a directory. */
  public static TreeSink sink(Path path, Format format, boolean replace, Notes notes)
      throws IOException {
    if (format == Format.DIR) {
      return new HostSink(path, notes);
    }
    OutputStream file =
        replace
            ? Files.newOutputStream(path)
            : Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      return sink(file, format, notes);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** An archive that goes to a stream. */
  public static TreeSink sink(OutputStream stream, Format format, Notes notes) throws IOException {
    OutputStream out = new BufferedOutputStream(stream, BUFFER);
    return switch (format) {
      case TAR -> new TarSink(out, notes);
      case TAR_GZ -> new TarSink(compressed(CompressorStreamFactory.GZIP, out), notes);
      case TAR_BZ2 -> new TarSink(compressed(CompressorStreamFactory.BZIP2, out), notes);
      case TAR_XZ -> new TarSink(compressed(CompressorStreamFactory.XZ, out), notes);
      case ZIP -> new ZipSink(out, notes);
      case DIR -> throw new IllegalArgumentException("a directory is no stream");
    };
  }

  private static OutputStream compressed(String kind, OutputStream out) throws IOException {
    try {
      return new BufferedOutputStream(
          new CompressorStreamFactory().createCompressorOutputStream(kind, out), BUFFER);
    } catch (CompressorException | LinkageError e) {
      throw new IOException("this chunkfs cannot write " + kind, e);
    }
  }
}
