package org.chunkfs.cli.tree;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Names;

/**
 * Names of the host's files as bytes, also those that Java has no characters for: a path's URI
 * spells its bytes.
 */
final class HostNames {
  private HostNames() {}

  /** The raw string of the last part of a path. */
  static String name(Path path) {
    Path last = path.getFileName();
    return last == null ? "" : raw(last, path);
  }

  /** The raw bytes of a whole path, absolute. */
  static byte[] bytes(Path path) {
    Path absolute = path.toAbsolutePath();
    return Names.bytes(raw(absolute, absolute));
  }

  /** The raw string of the target of a symbolic link. */
  static String target(Path link) throws IOException {
    return HostFiles.supported()
        ? Names.raw(HostFiles.readLink(bytes(link)))
        : Names.rawOf(Files.readSymbolicLink(link).toString());
  }

  /** Makes a symbolic link to what a raw string spells. */
  static void symlink(Path link, String target) throws IOException {
    if (HostFiles.supported()) {
      HostFiles.symlink(Names.bytes(target), bytes(link));
    } else {
      String text = Names.text(target);
      if (text == null) {
        throw new IOException(
            Names.show(target) + ": this host cannot have a symbolic link to such bytes");
      }
      Files.createSymbolicLink(link, link.getFileSystem().getPath(text));
    }
  }

  private static String raw(Path part, Path whole) {
    String text = part.toString();
    if (clean(text)) {
      return Names.rawOf(text);
    }
    String raw = decode(whole.toAbsolutePath().toUri());
    String trimmed = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    return part.equals(whole) ? trimmed : trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }

  private static boolean clean(String text) {
    return text.indexOf('\uFFFD') < 0;
  }

  private static String decode(URI uri) {
    String path = uri.getRawPath();
    StringBuilder raw = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        raw.append((char) Integer.parseInt(path, i + 1, i + 3, 16));
        i += 2;
      } else {
        raw.append(c);
      }
    }
    return raw.toString();
  }

  /** The path of an entry of a directory. */
  static Path resolve(Path directory, String raw) throws IOException {
    String text = Names.text(raw);
    if (text != null) {
      try {
        return directory.resolve(text);
      } catch (InvalidPathException e) {
        // This JVM has no such characters for file names; the bytes will do.
      }
    }
    return path(directory.toAbsolutePath().toUri().getRawPath(), raw);
  }

  private static Path path(String rawDirectory, String raw) throws IOException {
    StringBuilder uri = new StringBuilder("file://").append(rawDirectory);
    if (!rawDirectory.endsWith("/") && !raw.startsWith("/")) {
      uri.append('/');
    }
    for (byte b : Names.bytes(raw)) {
      if (b == '/') {
        uri.append('/');
      } else {
        uri.append("%%%02X".formatted(b & 0xFF));
      }
    }
    try {
      return Path.of(URI.create(uri.toString()));
    } catch (IllegalArgumentException e) {
      throw new IOException(Names.show(raw) + ": this host cannot have a file of that name", e);
    }
  }
}
