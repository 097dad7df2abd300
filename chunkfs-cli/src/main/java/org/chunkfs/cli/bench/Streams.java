package org.chunkfs.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Creation;

/**
 * Writes a file in sequence and reads it back from the host's memory, once through the library and
 * once as a plain file on the same disk; by the MiB, by one thread. Rates in GB (10^9 bytes) a
 * second.
 */
final class Streams {
  private static final int STEP = 1 << 20;
  private static final byte[] NAME = "stream".getBytes(UTF_8);
  private static final Creation FILE = new Creation(0x1A4, 0, 0, 0);

  /** Rates of one round. */
  record Rates(double write, double read, double plainWrite, double plainRead) {}

  private final Vfs vfs;
  private final Path plain;
  private final long bytes;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP);

  /**
   * @param plain the plain file, which is made and removed
   * @param bytes a multiple of 1 MiB
   */
  Streams(Vfs vfs, Path plain, long bytes) {
    this.vfs = vfs;
    this.plain = plain;
    this.bytes = bytes;
    for (int i = 0; i < STEP; i += 8) {
      buffer.putLong(i, i * 0x9E37_79B9_7F4A_7C15L);
    }
  }

  Rates round() throws IOException {
    long from = System.nanoTime();
    writePlain();
    long wrotePlain = System.nanoTime();
    readPlain();
    long readPlain = System.nanoTime();
    Files.delete(plain);
    long begin = System.nanoTime();
    long id = vfs.create(vfs.root(), NAME, FILE).id();
    for (long at = 0; at < bytes; ) {
      at += vfs.write(id, at, buffer.clear());
    }
    long wrote = System.nanoTime();
    for (long at = 0; at < bytes; ) {
      at += vfs.read(id, at, buffer.clear());
    }
    long read = System.nanoTime();
    vfs.unlink(vfs.root(), NAME);
    vfs.syncfs();
    return new Rates(
        rate(wrote - begin),
        rate(read - wrote),
        rate(wrotePlain - from),
        rate(readPlain - wrotePlain));
  }

  private double rate(long nanos) {
    return (double) bytes / nanos;
  }

  private void writePlain() throws IOException {
    try (FileChannel file =
        FileChannel.open(plain, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; ) {
        at += file.write(buffer.clear(), at);
      }
    }
  }

  private void readPlain() throws IOException {
    try (FileChannel file = FileChannel.open(plain, StandardOpenOption.READ)) {
      for (long at = 0; at < bytes; ) {
        at += file.read(buffer.clear(), at);
      }
    }
  }
}
