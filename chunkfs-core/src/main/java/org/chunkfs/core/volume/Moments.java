package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Lets chunks that serve be read from the device as they stood at one moment, while they go on
 * serving.
 *
 * <p>For that long they have no checkpoints: blocks in place stay what they were, and everything
 * since is in the journal, behind the last commit of the moment. A writer waits only if it fills
 * the journal. Blocks that are freed meanwhile are not used again, unless space is short; then a
 * reader may see blocks that do not fit, and has to look again.
 */
final class Moments {
  private final Chunks chunks;
  private final Engine engine;

  Moments(Chunks chunks, Engine engine) {
    this.chunks = chunks;
    this.engine = engine;
  }

  /**
   * Works on chunks at one moment; see {@link Upkeep#whileServing}.
   *
   * @param still whether writers wait for its end
   */
  <T extends @Nullable Object> T at(TreeSet<Integer> ids, boolean still, Upkeep.MomentWork<T> work)
      throws IOException {
    long deadline = engine.deadline();
    List<Chunk> held = new ArrayList<>();
    List<ChunkSlot> paused = new ArrayList<>();
    try {
      for (int id : ids) {
        ChunkSlot slot = chunks.slot(id);
        if (!slot.serves()) {
          throw new ChunkUnavailableException(
              id, "chunk %d is %s".formatted(id, Chunks.word(slot.state)));
        }
        Chunk chunk = slot.current;
        if (chunk != null) {
          slot.acquireCheckpoint(deadline);
          paused.add(slot);
          chunk.hold(true);
          held.add(chunk);
        }
      }
      T result = work(ids, held, still, deadline, work);
      for (Chunk chunk : held) {
        if (chunks.slot(chunk.id()).current != chunk) {
          throw new ChunkUnavailableException(
              chunk.id(), "chunk " + chunk.id() + " was taken out of service during its check");
        }
      }
      return result;
    } finally {
      held.forEach(chunk -> chunk.hold(false));
      paused.forEach(ChunkSlot::releaseCheckpoint);
    }
  }

  private <T extends @Nullable Object> T work(
      TreeSet<Integer> ids,
      List<Chunk> held,
      boolean still,
      long deadline,
      Upkeep.MomentWork<T> work)
      throws IOException {
    TreeMap<Integer, Long> last = new TreeMap<>();
    List<Chunk> locked = new ArrayList<>();
    try {
      for (Chunk chunk : held) {
        chunk.lock().lockRead(deadline);
        locked.add(chunk);
      }
      for (Chunk chunk : held) {
        last.put(chunk.id(), chunk.ring().lastG());
      }
      if (!still) {
        unlock(locked);
      }
      return work.run(
          new Upkeep.Moment(
              last, resting(ids, last), () -> unused(ids, last) && (still || kept(held))));
    } finally {
      unlock(locked);
    }
  }

  private static boolean kept(List<Chunk> held) {
    return held.stream().allMatch(Chunk::held);
  }

  /** The chunks that nobody has used since the opening. */
  private Set<Integer> resting(TreeSet<Integer> ids, TreeMap<Integer, Long> used) {
    Set<Integer> resting = new TreeSet<>(ids);
    resting.removeAll(used.keySet());
    resting.removeIf(id -> !chunks.slot(id).initialized);
    return resting;
  }

  /** Whether the chunks that nobody had used are as they were. */
  private boolean unused(TreeSet<Integer> ids, TreeMap<Integer, Long> used) {
    for (int id : ids) {
      ChunkSlot slot = chunks.slot(id);
      if (!used.containsKey(id) && (slot.current != null || slot.activating != null)) {
        return false;
      }
    }
    return true;
  }

  private static void unlock(List<Chunk> locked) {
    locked.forEach(chunk -> chunk.lock().unlockRead());
    locked.clear();
  }
}
