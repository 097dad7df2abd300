package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/** A device that notes which blocks were read and written, and each flush. */
final class Trace extends DelegatingDevice {
  private final List<Touch> touches = new ArrayList<>(); // guarded by itself
  private boolean on; // guarded by touches

  /** What was done. */
  enum Kind {
    READ,
    WRITE,
    FLUSH
  }

  /**
   * One block that was touched.
   *
   * @param content what was read or written of it, the operation's bytes before it included
   * @param at where in the content it begins
   */
  record Touch(Kind kind, long position, byte[] content, int at) {}

  Trace(BlockDevice delegate) {
    super(delegate);
  }

  /** From now on. */
  void start() {
    synchronized (touches) {
      on = true;
    }
  }

  /** What was touched until now, in order; nothing is noted any more. */
  List<Touch> stop() {
    synchronized (touches) {
      on = false;
      return List.copyOf(touches);
    }
  }

  private void note(Kind kind, long position, ByteBuffer bytes) {
    synchronized (touches) {
      if (!on) {
        return;
      }
      byte[] content = new byte[bytes.remaining()];
      bytes.get(content);
      for (int at = 0; at < content.length; at += BLOCK - (int) ((position + at) % BLOCK)) {
        touches.add(new Touch(kind, (position + at) / BLOCK * BLOCK, content, at));
      }
    }
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    ByteBuffer view = dst.duplicate();
    super.read(position, dst);
    note(Kind.READ, position, view);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    ByteBuffer view = dst.duplicate();
    super.readMedia(position, dst);
    note(Kind.READ, position, view);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    ByteBuffer view = src.duplicate();
    super.write(position, src);
    note(Kind.WRITE, position, view);
  }

  @Override
  public void flush() throws IOException {
    super.flush();
    note(Kind.FLUSH, 0, ByteBuffer.allocate(1));
  }
}
