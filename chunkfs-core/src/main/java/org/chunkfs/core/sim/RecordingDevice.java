package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.DeviceException;

/**
 * A device in memory that remembers every write and flush in order, so that any state a crash could
 * have left can be built afterwards: see {@link CrashStates}.
 *
 * <p>A write and its entry are one step for every other thread. A flush is two entries: what was
 * written between them may or may not be durable.
 */
public final class RecordingDevice extends DelegatingDevice {
  private final MemoryDevice start;
  private final MemoryDevice live;
  private final List<Recording.Event> events = new ArrayList<>(); // guarded by itself
  private long flushes; // guarded by events
  private boolean closed; // guarded by events

  /** Records what happens from the present content of {@code start} on, which it never changes. */
  public RecordingDevice(MemoryDevice start) {
    this(start.snapshot(), start.snapshot());
  }

  private RecordingDevice(MemoryDevice start, MemoryDevice live) {
    super(live);
    this.start = start;
    this.live = live;
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    synchronized (events) {
      if (closed) {
        throw new DeviceException(this + " has been closed");
      }
      byte[] bytes = new byte[src.remaining()];
      src.duplicate().get(bytes);
      live.write(position, src);
      events.add(new Recording.Write(position, bytes));
    }
  }

  @Override
  public void flush() throws IOException {
    long id;
    synchronized (events) {
      id = flushes++;
      events.add(new Recording.FlushBegin(id));
    }
    live.flush();
    synchronized (events) {
      events.add(new Recording.FlushEnd(id));
    }
  }

  @Override
  public boolean prompt() {
    return live.prompt();
  }

  /** Notes something between two events. */
  public void mark(Object label) {
    synchronized (events) {
      events.add(new Recording.Mark(label));
    }
  }

  /** What has happened until now. */
  public Recording recording() {
    synchronized (events) {
      return new Recording(start, events);
    }
  }

  /** The content as it is now. */
  public MemoryDevice snapshot() {
    synchronized (events) {
      return live.snapshot();
    }
  }

  /** Refuses everything that comes later, as the end of a process does. */
  @Override
  public void close() throws IOException {
    synchronized (events) {
      closed = true;
    }
    super.close();
  }
}
