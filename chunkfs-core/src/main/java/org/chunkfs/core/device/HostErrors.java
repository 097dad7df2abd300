package org.chunkfs.core.device;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.chunkfs.core.error.ChunkFsException;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.error.DeviceFullException;

/** What the host's errors mean, in words for users. */
final class HostErrors {
  private static final Path ALWAYS_FULL = Path.of("/dev/full");

  private HostErrors() {}

  /** The error for a file that could not be opened. */
  static ChunkFsException opening(Path path, Mode mode, IOException e) {
    return switch (e) {
      case ChunkFsException known -> known;
      case NoSuchFileException _ -> new DeviceException(path + ": no such file", e);
      case AccessDeniedException _ ->
          new DeviceException(
              path
                  + (mode == Mode.READ_ONLY
                      ? ": no permission to read it"
                      : ": no permission to read and write it"),
              e);
      default -> failed(path + ": cannot be opened", e);
    };
  }

  /**
   * The error for an operation that failed; {@code what} names the file, the operation, the place.
   */
  static ChunkFsException failed(String what, IOException e) {
    if (e instanceof ChunkFsException known) {
      return known;
    }
    if (isNoSpace(e)) {
      return new DeviceFullException(what + ": the host has no space left for it", e);
    }
    return new DeviceException(what + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    String reason =
        e instanceof FileSystemException f && f.getReason() != null
            ? f.getReason()
            : e.getMessage();
    return reason != null && !reason.isBlank() ? reason : e.getClass().getSimpleName();
  }

  /**
   * Whether the host is out of space or quota. All that Java passes on is the text of the error, in
   * the language of the host; a device that is always full says what that text is.
   */
  static boolean isNoSpace(IOException e) {
    String reason = reason(e);
    return reason.contains("No space left on device")
        || reason.contains("Disk quota exceeded")
        || reason.contains("not enough space on the disk") // Windows
        || reason.equals(textOfNoSpace());
  }

  private static String textOfNoSpace() {
    try (OutputStream full = Files.newOutputStream(ALWAYS_FULL, StandardOpenOption.WRITE)) {
      full.write(0);
      return "";
    } catch (IOException e) {
      return reason(e);
    }
  }
}
