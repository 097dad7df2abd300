package org.chunkfs.core.volume;

import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.chunk.Chunk;

/** The updates that hold locks of chunks, or have still to settle what they wrote there. */
final class Updates implements Iterable<Update> {
  private final Set<Update> active = ConcurrentHashMap.newKeySet();

  void add(Update update) {
    active.add(update);
  }

  void remove(Update update) {
    active.remove(update);
  }

  @Override
  public Iterator<Update> iterator() {
    return active.iterator();
  }

  /**
   * Whether the journal of an incarnation that was taken out of service may hold a record of which
   * it is not known yet whether it counts: a commit that cannot be written in another chunk becomes
   * void in this one too.
   */
  boolean unsettled(Chunk incarnation) {
    for (Update update : active) {
      if (update.unsettled() && update.locks(incarnation)) {
        return true;
      }
    }
    return false;
  }
}
