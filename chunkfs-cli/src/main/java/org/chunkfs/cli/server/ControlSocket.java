package org.chunkfs.cli.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.chunkfs.cli.fuse.Libc;
import org.chunkfs.cli.fuse.MountPoint;

/**
 * Where a mount's control socket and log are: in {@code /run/chunkfs} for root's, in {@code
 * $XDG_RUNTIME_DIR/chunkfs} for a user's, or else in {@code chunkfs-UID} under the temporary
 * directory, named after the mount point. Only its owner may enter the directory; that is what
 * protects the socket.
 */
final class ControlSocket {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));
  private static final int NAME_PART = 24, HASH_BYTES = 8;

  private ControlSocket() {}

  /** The socket of a mount that this process serves; its directory exists afterwards. */
  static Path create(MountPoint point) throws IOException {
    return makeDirectory(ownDirectory()).resolve(name(point) + ".sock");
  }

  /** The log of the daemon for a mount; its directory exists afterwards. */
  static Path log(MountPoint point) throws IOException {
    return makeDirectory(ownDirectory()).resolve(name(point) + ".log");
  }

  /** Removes a log in which nothing was written. */
  static void discardEmptyLog(MountPoint point) {
    Path log = ownDirectory().resolve(name(point) + ".log");
    try {
      if (Files.size(log) == 0) {
        Files.delete(log);
      }
    } catch (IOException e) {
      // There is none, or it may stay.
    }
  }

  /** Where a mount's socket may be, likeliest first; root finds those of users too. */
  static List<Path> candidates(MountPoint point) throws IOException {
    String name = name(point) + ".sock";
    List<Path> candidates = new ArrayList<>();
    candidates.add(ownDirectory().resolve(name));
    if (Libc.euid() == 0) {
      addUsers(Path.of("/run/user"), "*", "chunkfs/" + name, candidates);
      addUsers(temporary(), "chunkfs-*", name, candidates);
    }
    return candidates;
  }

  private static void addUsers(Path parent, String glob, String below, List<Path> found)
      throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, glob)) {
      directories.forEach(directory -> found.add(directory.resolve(below)));
    }
  }

  private static Path ownDirectory() {
    int uid = Libc.euid();
    Path run = Path.of("/run");
    if (uid == 0 && Files.isWritable(run)) {
      return run.resolve("chunkfs");
    }
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (uid != 0 && runtime != null && Files.isDirectory(Path.of(runtime))) {
      return Path.of(runtime, "chunkfs");
    }
    return temporary().resolve("chunkfs-" + uid);
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Makes the directory, or refuses one that somebody else made or may enter. */
  private static Path makeDirectory(Path directory) throws IOException {
    try {
      return Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      PosixFileAttributes is =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      boolean closed = is.permissions().stream().noneMatch(OTHERS::contains);
      if (!is.isDirectory() || !owner.equals(Libc.euid()) || !closed) {
        throw new IOException(
            directory
                + " must be a directory that belongs to you and that nobody else may enter; remove"
                + " it, and try again.");
      }
      return directory;
    }
  }

  /** A name that a person may recognise, made unique by a hash of the whole path. */
  private static String name(MountPoint point) {
    Path last = point.path().getFileName();
    String plain = (last == null ? "root" : last.toString()).replaceAll("[^A-Za-z0-9._-]", "_");
    String start = plain.substring(0, Math.min(plain.length(), NAME_PART));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(point.toString().getBytes(StandardCharsets.UTF_8));
      return start + "-" + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
