package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/** What checks and repairs of a volume need while it is in use. */
public final class Upkeep {
  private final Volume volume;
  private final Chunks chunks;
  private final Engine engine;
  private final Checkpointer checkpointer;
  private final StateKeeper keeper;
  private final RingMap rings;

  Upkeep(
      Volume volume,
      Chunks chunks,
      Engine engine,
      Checkpointer checkpointer,
      StateKeeper keeper,
      RingMap rings) {
    this.volume = volume;
    this.chunks = chunks;
    this.engine = engine;
    this.checkpointer = checkpointer;
    this.keeper = keeper;
    this.rings = rings;
  }

  /**
   * One moment of some chunks.
   *
   * @param last the last commit of each chunk that counts; without those that nobody has used since
   *     the opening
   * @param resting of those the ones that hold something; their journals are empty
   * @param intact whether all that stood on the device at the moment still does; if not, what does
   *     not fit may be newer
   */
  public record Moment(Map<Integer, Long> last, Set<Integer> resting, BooleanSupplier intact) {}

  /** Reads chunks as they stood at one moment. */
  @FunctionalInterface
  public interface MomentWork<T extends @Nullable Object> {
    T run(Moment moment) throws IOException;
  }

  /**
   * Runs a check of chunks that serve, and go on serving: until it ends they have no checkpoints,
   * so that what is in place, and the journal up to a commit, stay as they are on the device.
   * Writers wait only if they fill a journal.
   *
   * @throws org.chunkfs.core.error.ChunkUnavailableException if one is out of service, or was taken
   *     out meanwhile
   */
  public <T extends @Nullable Object> T whileServing(Set<Integer> ids, MomentWork<T> work)
      throws IOException {
    return new Moments(chunks, engine).at(new TreeSet<>(ids), false, work);
  }

  /** The same, but writers wait for its end: the moment stays intact also where space is short. */
  public <T extends @Nullable Object> T whileStill(Set<Integer> ids, MomentWork<T> work)
      throws IOException {
    return new Moments(chunks, engine).at(new TreeSet<>(ids), true, work);
  }

  /**
   * Makes changes that bring chunks into line with what a repair has done to another one, those
   * that still apply; returns their number. Only entries of directories and cross references can be
   * changed so.
   */
  public int bringIntoLine(List<ItemEdit> edits) throws IOException {
    return new CrossEdits(engine).apply(edits);
  }

  /** What was found in a chunk that goes on serving: it is shown as suspect. */
  public void suspect(int chunk, String why) {
    chunks.suspect(chunk, why);
  }

  /** A chunk was looked at, and nothing is wrong with it: a suspicion is forgotten. */
  public void trust(int chunk) {
    chunks.trust(chunks.slot(chunk));
  }

  /**
   * Takes a chunk out of service whose damage was confirmed; durable on return.
   *
   * @param block that showed the damage, or -1
   */
  public void fence(int chunk, long block, String why) {
    chunks.fence(chunk, Reason.DAMAGE, block, why);
    keeper.settle(volume.options().deadline().toMillis());
  }

  /** How a chunk is. */
  public ChunkState state(int chunk) {
    return chunks.slot(chunk).state;
  }

  /** Why a chunk is out of service. */
  public Reason reason(int chunk) {
    return chunks.slot(chunk).out.reason();
  }

  /** How often a chunk has come into service. */
  public int incarnation(int chunk) {
    return chunks.slot(chunk).incarnations;
  }

  /** Whether a chunk serves reads and writes. */
  public boolean serves(int chunk) {
    return chunks.slot(chunk).serves();
  }

  /** The last commit of a chunk that this opening has acknowledged; 0: none. */
  public long lastCommit(int chunk) {
    return chunks.slot(chunk).lastG;
  }

  /** The last commit number that this opening has given. */
  public long lastNumber() {
    return engine.lastNumber();
  }

  /** Whether writers of a chunk will have to wait soon, if it has no checkpoint. */
  public boolean pressed(int chunk) {
    ChunkSlot slot = chunks.slot(chunk);
    return slot.journalUsed * 100 > (long) slot.ringBytes() * volume.options().checkpointPercent();
  }

  /**
   * Writes what a chunk that serves consists of outside its body anew from memory: both headers,
   * both roots, and its journal, which is empty on return. False if the chunk is not in use.
   */
  public boolean renew(int chunk) throws IOException {
    ChunkSlot slot = chunks.slot(chunk);
    Chunk current = slot.current;
    if (current == null || volume.options().readOnly()) {
      return false;
    }
    try {
      checkpointer.renew(slot, current, engine.deadline());
      return true;
    } catch (IOException e) {
      chunks.judge(e);
      throw e;
    }
  }

  /** The same for all chunks. */
  public void renewAll() throws IOException {
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      renew(chunk);
    }
  }

  /** Writes superblocks, ring maps and both slots of all volume records anew; durable on return. */
  public void renewRecords() throws IOException {
    BlockDevice device = volume.image().device();
    ImageLayout layout = volume.layout();
    for (int member = 0; member < layout.members().size(); member++) {
      if (device.members().get(Math.min(member, device.members().size() - 1)).present()) {
        long start = layout.members().get(member).start();
        device.write(start * BlockHeader.BLOCK, ByteBuffer.wrap(layout.superblock(member)));
        rings.renew(member);
      }
    }
    keeper.tidy(layout.chunks());
    for (int slot = 0; slot < 2; slot++) {
      keeper.changed(chunks::outNow);
      keeper.settle(volume.options().deadline().toMillis());
    }
    device.flush();
  }

  /** How far the background check has come, as it is on the disk. */
  public VolumeState.Scrub scrub() {
    return keeper.state().scrub();
  }

  /** Notes how far the background check has come; durable on return. */
  public void scrubbed(VolumeState.Scrub position) {
    keeper.scrubbed(chunks::outNow, position);
    keeper.settle(volume.options().deadline().toMillis());
  }
}
