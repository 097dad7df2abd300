package org.chunkfs.cli.tree;

import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
  static String target(Path target) {
    String text = target.toString();
    if (clean(text)) {
      return Names.rawOf(text);
    }
    // A URI is absolute; what the path itself says is its end.
    String whole = decode(Path.of("/").resolve(target).toUri());
    if (whole.endsWith("/") && !text.endsWith("/")) {
      whole = whole.substring(0, whole.length() - 1); // it happens to be a directory here
    }
    return target.isAbsolute() ? whole : whole.substring(1);
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

  /** The path that a raw string spells, absolute or not. */
  static Path path(String raw) throws IOException {
    String text = Names.text(raw);
    if (text != null) {
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        // As above.
      }
    }
    Path absolute = path("", raw);
    return raw.startsWith("/") ? absolute : Path.of("/").relativize(absolute);
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
