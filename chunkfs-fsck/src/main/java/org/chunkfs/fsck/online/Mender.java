package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.error.ChunkIoException;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Related;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.problem.Severity;
import org.chunkfs.fsck.repair.Alignment;
import org.chunkfs.fsck.repair.LostFound;
import org.chunkfs.fsck.repair.SingleChunk;
import org.chunkfs.fsck.report.Loss;
import org.chunkfs.fsck.report.Losses;
import org.jspecify.annotations.Nullable;

/**
 * Repairs what a {@link Sweep} found, in a volume that goes on serving.
 *
 * <p>What the engine has in memory is written anew, and what chunks say of each other is brought
 * into line by ordinary commits; for everything else the one chunk is taken out of service,
 * repaired where it lies, and brought back. Requests that need it wait, as policy says.
 */
public final class Mender {
  /** Damage to what every checkpoint writes anew from memory. */
  private static final Set<Problem> RENEWED =
      EnumSet.of(
          Problem.HEADER,
          Problem.HEADERS_LOST,
          Problem.HEADER_SEQUENCE,
          Problem.HEADER_FLAGS,
          Problem.ROOT_SLOT,
          Problem.OTHER_ROOT_SLOT,
          Problem.JOURNAL,
          Problem.JOURNAL_STABLE,
          Problem.JOURNAL_ENTRY);

  private final Volume volume;
  private final Upkeep upkeep;
  private final Sweep sweep;
  private final boolean data;
  private final long now;
  private final List<String> log = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();

  /**
   * @param sweep what was found; it looks again at what is repaired
   * @param now goes into what is made, nanoseconds since 1970
   */
  public Mender(Volume volume, Sweep sweep, boolean data, long now) {
    this.volume = volume;
    this.upkeep = volume.upkeep();
    this.sweep = sweep;
    this.data = data;
    this.now = now;
  }

  /** What was done, in words. */
  public List<String> log() {
    return log;
  }

  /** What users lost by damage and repair. */
  public List<Loss> losses() {
    return losses;
  }

  /** Writes the image's own records anew. */
  public void records() throws IOException {
    log.add("write superblocks, ring maps and volume records anew");
    upkeep.renewRecords();
    sweep.records();
  }

  /**
   * Repairs one chunk by itself, and brings it back; one that is still damaged stays out.
   *
   * @param wrong what is wrong with it; nothing for one that only waits for a new start
   */
  public void chunk(int chunk, List<Finding> wrong) throws IOException {
    if (renew(chunk, wrong)) {
      sweep.chunk(chunk);
    } else {
      restart(chunk, wrong);
    }
  }

  /**
   * Writes from memory what is there, if that is all that is wrong with a chunk that serves: then
   * nothing is lost. True if nothing is wrong afterwards.
   */
  public boolean renew(int chunk, List<Finding> wrong) throws IOException {
    boolean all = wrong.stream().allMatch(finding -> RENEWED.contains(finding.problem()));
    if (wrong.isEmpty() || !all || !upkeep.serves(chunk)) {
      return false;
    }
    try {
      if (!upkeep.renew(chunk)) {
        return false;
      }
      log.add("write headers, roots and journal of chunk " + chunk + " anew from memory");
      return !new Looker(volume).look(false, Crossings.outline(chunk)).findings().anyWrong();
    } catch (CorruptException | ChunkIoException | ChunkUnavailableException e) {
      return false; // it is out of service now
    }
  }

  private void restart(int chunk, List<Finding> wrong) throws IOException {
    if (upkeep.serves(chunk)) {
      Finding first = Sweep.firstWrong(wrong);
      upkeep.fence(chunk, first.block(), first.toString());
    }
    SingleChunk single = new SingleChunk(volume.image(), chunk, keep(chunk), data);
    SingleChunk.@Nullable Checked[] last = new SingleChunk.Checked[1];
    SingleChunk.Repaired done =
        volume.whileOut(
            chunk,
            ChunkState.REPAIRING,
            () -> {
              SingleChunk.Repaired repaired =
                  single.repair(
                      sweep.current(chunk),
                      upkeep.lastCommit(chunk),
                      upkeep.lastNumber(),
                      sweep.facts(),
                      wrong,
                      now,
                      log);
              last[0] = single.check(sweep.crossings(chunk));
              return repaired;
            });
    LostFound made = done.lostFound();
    if (online(chunk, last[0]) && made != null) {
      enter(made);
      sweep.chunk(chunk);
    }
    // Those who wait for the chunk need not wait for this.
    losses.addAll(Losses.between(done.before(), done.after(), volume.layout().root()));
  }

  /** Brings a chunk back into service, if it is sound now. */
  private boolean online(int chunk, SingleChunk.@Nullable Checked checked) throws IOException {
    String why = "it is still damaged";
    if (checked != null && !checked.findings().anyWrong()) {
      try {
        volume.online(chunk);
        log.add("bring chunk " + chunk + " back into service");
        sweep.put(chunk, checked);
        return true;
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    log.add("chunk %d stays out of service: %s".formatted(chunk, why));
    sweep.chunk(chunk);
    return false;
  }

  private ServedKeep keep(int chunk) {
    return ServedKeep.ofOut(volume.state(), chunk, upkeep.lastCommit(chunk));
  }

  private void enter(LostFound made) {
    try {
      volume.enterLostFound(made.id(), made.name());
    } catch (IOException e) {
      // The chunk serves; what is in there waits for a check of the whole image.
      log.add("lost+found could not be entered in the root directory: " + e.getMessage());
    }
  }

  /** Makes them; false if something is not as it was when they were worked out. */
  private boolean made(Alignment.Changes changes) throws IOException {
    if (changes.edits().isEmpty()) {
      return true;
    }
    try {
      int made = upkeep.bringIntoLine(changes.edits());
      if (made > 0) {
        log.addAll(changes.log());
        log.add("bring %d entries and references into line".formatted(made));
      }
      return made == changes.edits().size();
    } catch (CorruptException | ChunkIoException | ChunkUnavailableException e) {
      // What was fenced for it is looked at again, and repaired by itself first.
      log.add("entries and references could not be brought into line: " + e.getMessage());
      return false;
    }
  }

  /** Brings chunks into line; circles of directories one by one, when all else is. */
  public void across(List<Finding> wrong) throws IOException {
    List<Finding> names = wrong.stream().filter(f -> f.problem() != Problem.CYCLE).toList();
    if (!names.isEmpty() && align(names, false)) {
      return;
    }
    for (Finding finding : wrong) {
      if (finding.problem() == Problem.CYCLE) {
        align(List.of(finding), true);
      }
    }
  }

  /**
   * Brings the chunks of some findings into line.
   *
   * @param all whether the rest is left if one of the first changes cannot be made
   * @return whether there was anything to do
   */
  private boolean align(List<Finding> wrong, boolean all) throws IOException {
    Map<Integer, ChunkFacts> facts = sweep.facts();
    Set<Integer> chunks = new TreeSet<>();
    for (Finding finding : wrong) {
      chunks.addAll(Related.to(finding, facts));
    }
    chunks.removeIf(chunk -> !upkeep.serves(chunk));
    Alignment.Changes changes =
        new Looker(volume)
            .together(
                chunks,
                (media, keep) -> Alignment.of(media, volume.layout(), keep, chunks, facts, wrong));
    boolean made = made(changes);
    for (int chunk : made || !all ? changes.others() : Set.<Integer>of()) {
      List<Finding> why =
          wrong.stream()
              .filter(f -> f.chunk() == chunk && f.problem().severity() != Severity.NOTE)
              .toList();
      restart(chunk, why.isEmpty() ? wrong : why);
    }
    for (int chunk : chunks) {
      sweep.chunk(chunk);
    }
    return !changes.edits().isEmpty() || !changes.others().isEmpty();
  }
}
