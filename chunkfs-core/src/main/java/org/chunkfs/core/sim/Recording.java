package org.chunkfs.core.sim;

import java.util.List;
import org.chunkfs.core.device.MemoryDevice;

/**
 * What happened to a device, in order: the state it began with and every event since.
 *
 * @param start the content before the first event; never changed, only copied
 * @param events in the order in which they took effect
 */
public record Recording(MemoryDevice start, List<Event> events) {
  /** Something that happened. */
  public sealed interface Event {}

  /** Bytes were handed to the device. */
  public record Write(long position, byte[] bytes) implements Event {}

  /** A flush was asked for: the writes before it are what it will make durable. */
  public record FlushBegin(long id) implements Event {}

  /** That flush succeeded. */
  public record FlushEnd(long id) implements Event {}

  /** A note of the experimenter, at {@link RecordingDevice#mark}. */
  public record Mark(Object label) implements Event {}

  /** Copies the list. */
  public Recording {
    events = List.copyOf(events);
  }

  /** How many of the events are writes. */
  public int writes() {
    int n = 0;
    for (Event e : events) {
      n += e instanceof Write ? 1 : 0;
    }
    return n;
  }
}
