package org.chunkfs.fsck.undo;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.sim.RecordingDevice;
import org.jspecify.annotations.Nullable;

/** An undo file in memory, which remembers what it held durably at each point of a repair. */
final class MemoryStore implements UndoStore {
  private record State(int events, byte[] bytes) {}

  private final List<State> states = new ArrayList<>();
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
  }

  @Override
  public void force() {
    if (image != null) {
      states.add(new State(image.recording().events().size(), bytes.clone()));
    }
  }

  @Override
  public void close() {}

  /** As it was durable when the image had seen so many events. */
  MemoryStore at(int events) {
    MemoryStore then = new MemoryStore();
    for (State state : states) {
      if (state.events < events) {
        then.bytes = state.bytes.clone();
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
