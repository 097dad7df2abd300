package org.chunkfs.fsck.undo;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.chunkfs.core.sim.RecordingDevice;
import org.jspecify.annotations.Nullable;

/** An undo file in memory, which remembers what was done to it at each point of a repair. */
final class MemoryStore implements UndoStore {
  private static final int SECTOR = 512;

  /** A write, or, without bytes, that all before it is made durable. */
  private record Action(int events, long position, byte @Nullable [] bytes) {}

  private final List<Action> actions = new ArrayList<>();
  private byte[] bytes = new byte[0];

  /** The image whose events are the clock. */
  @Nullable RecordingDevice image;

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws EOFException {
    if (position + dst.remaining() > bytes.length) {
      throw new EOFException("ends at " + bytes.length);
    }
    dst.put(bytes, (int) position, dst.remaining());
  }

  @Override
  public void write(long position, ByteBuffer src) {
    int end = (int) position + src.remaining();
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, end);
    }
    src.get(bytes, (int) position, src.remaining());
    did(position, Arrays.copyOfRange(bytes, (int) position, end));
  }

  @Override
  public void force() {
    did(0, null);
  }

  private void did(long position, byte @Nullable [] written) {
    int events = image == null ? 0 : image.recording().events().size();
    actions.add(new Action(events, position, written));
  }

  @Override
  public void close() {}

  /**
   * What a crash leaves of it when the image had seen so many events: all that was forced by then,
   * and of what was written since any 512-byte sectors.
   */
  MemoryStore at(int events, SplittableRandom random) {
    int least = 0;
    int most = 0;
    for (Action action : actions) {
      least += action.events < events ? 1 : 0;
      most += action.events <= events ? 1 : 0;
    }
    List<Action> done = actions.subList(0, random.nextInt(least, most + 1));
    int forced = 0;
    for (int i = 0; i < done.size(); i++) {
      forced = done.get(i).bytes == null ? i : forced;
    }
    MemoryStore then = new MemoryStore();
    for (int i = 0; i < done.size(); i++) {
      byte[] written = done.get(i).bytes;
      for (int at = 0; written != null && at < written.length; at += SECTOR) {
        if (i < forced || random.nextBoolean()) {
          int length = Math.min(SECTOR, written.length - at);
          then.write(done.get(i).position + at, ByteBuffer.wrap(written, at, length));
        }
      }
    }
    return then;
  }

  MemoryStore cut(int length) {
    MemoryStore shorter = new MemoryStore();
    shorter.bytes = Arrays.copyOf(bytes, length);
    return shorter;
  }

  MemoryStore flipped(int at) {
    MemoryStore other = new MemoryStore();
    other.bytes = bytes.clone();
    other.bytes[at] ^= 4;
    return other;
  }
}
