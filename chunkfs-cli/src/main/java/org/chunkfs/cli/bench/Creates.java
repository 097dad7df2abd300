package org.chunkfs.cli.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Creation;

/** Makes files of 4 KiB, a thousand to a directory. */
final class Creates {
  private static final int BYTES = 4096;
  private static final int PER_DIRECTORY = 1000;
  private static final Creation FILE = new Creation(0x1A4, 0, 0, 0);
  private static final Creation DIRECTORY = new Creation(0x1ED, 0, 0, 0);

  private final Vfs vfs;
  private final ByteBuffer content = ByteBuffer.allocateDirect(BYTES);
  private final long top;
  private long directory;
  private long last;
  private int made;

  /**
   * @param name of the new directory below the root in which they are made
   */
  Creates(Vfs vfs, String name) throws IOException {
    this.vfs = vfs;
    this.top = vfs.mkdir(vfs.root(), name.getBytes(UTF_8), DIRECTORY).id();
    while (content.hasRemaining()) {
      content.put((byte) content.position());
    }
  }

  /** Makes one in one step. */
  void one() throws IOException {
    byte[] name = nextName();
    last = vfs.create(directory, name, FILE, content.rewind()).id();
  }

  /** Makes one in two steps, as applications do: creates it, then writes to it. */
  void oneApart() throws IOException {
    byte[] name = nextName();
    last = vfs.create(directory, name, FILE).id();
    vfs.write(last, 0, content.rewind());
  }

  private byte[] nextName() throws IOException {
    if (made % PER_DIRECTORY == 0) {
      directory = vfs.mkdir(top, ("d" + made).getBytes(UTF_8), DIRECTORY).id();
    }
    return ("file" + made++).getBytes(UTF_8);
  }

  /** Reads the file made last. */
  int readLast(ByteBuffer into) throws IOException {
    return vfs.read(last, 0, into.clear());
  }

  /** Makes so many, each in one step or in two; returns how many in a second. */
  double rate(int files, boolean apart) throws IOException {
    long from = System.nanoTime();
    for (int i = 0; i < files; i++) {
      if (apart) {
        oneApart();
      } else {
        one();
      }
    }
    return files * 1e9 / (System.nanoTime() - from);
  }
}
