package org.chunkfs.cli.output;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** A failure as one sentence for the user. */
public final class Sentence {
  private Sentence() {}

  /** What went wrong, ended by a full stop. */
  public static String of(Throwable failure) {
    return ended(
        switch (failure) {
          case NoSuchFileException e -> e.getFile() + ": no such file or directory";
          case AccessDeniedException e -> e.getFile() + ": permission denied";
          case FileAlreadyExistsException e -> e.getFile() + ": exists already";
          case DirectoryNotEmptyException e -> e.getFile() + ": the directory is not empty";
          case NotDirectoryException e -> e.getFile() + ": is not a directory";
          case FileSystemLoopException e -> e.getFile() + ": symbolic links that lead in a circle";
          case FileSystemException e when e.getReason() != null && e.getFile() != null ->
              e.getFile() + ": " + e.getReason();
          case FileNotFoundException e -> message(e);
          case EOFException e -> "The input ends too early" + detail(e);
          case IOException e -> message(e);
          case UncheckedIOException e -> message(Objects.requireNonNull(e.getCause()));
          case IllegalArgumentException e -> message(e);
          case OutOfMemoryError _ -> "Out of memory; give Java more with CHUNKFS_JAVA_OPTS=-Xmx2g";
          default -> "This is a bug in chunkfs: " + failure;
        });
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  private static String detail(EOFException e) {
    return e.getMessage() == null ? "" : ": " + e.getMessage();
  }

  private static String ended(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
    return line.endsWith(".") || line.endsWith("!") || line.endsWith("?") ? line : line + ".";
  }
}
