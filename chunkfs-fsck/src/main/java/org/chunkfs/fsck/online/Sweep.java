package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.volume.ChunkState;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.repair.SingleChunk;
import org.jspecify.annotations.Nullable;

/**
 * A check of a volume in use: its own records, one chunk after another, then what they say of each
 * other. A chunk that is out of service is checked where it lies. In memory there is one chunk at a
 * time, and as many cross references as there is room for ({@link Crossings}).
 */
public final class Sweep {
  private final Volume volume;
  private final Upkeep upkeep;
  private final Looker looker;
  private final boolean data;
  private final Crossings.Budget budget = new Crossings.Budget(Crossings.Budget.ofHeap());
  private final Map<Integer, Findings> chunks = new TreeMap<>();
  private final Map<Integer, ChunkFacts> facts = new TreeMap<>();
  private final Map<Integer, Integer> out = new TreeMap<>();

  /** By chunk, up to which commit of it what was seen goes. */
  private final Map<Integer, Long> upTo = new HashMap<>();

  private List<Finding> records = List.of();
  private List<Finding> across = List.of();

  /**
   * @param data whether file data is compared with its checksums
   */
  public Sweep(Volume volume, boolean data) {
    this(volume, data, new Looker(volume));
  }

  /**
   * @param looker at chunks that serve
   */
  public Sweep(Volume volume, boolean data, Looker looker) {
    this.volume = volume;
    this.upkeep = volume.upkeep();
    this.looker = looker;
    this.data = data;
    for (int chunk = 0; chunk < volume.layout().chunks(); chunk++) {
      facts.put(chunk, ChunkFacts.unknown(chunk));
    }
  }

  /**
   * Checks chunks, and what goes with them.
   *
   * @throws IOException if the volume is closed meanwhile
   */
  public void run(Set<Integer> wanted, Progress progress) throws IOException {
    records();
    int done = 0;
    for (int chunk : wanted) {
      chunk(chunk);
      done++;
      progress.chunk(chunk, found(chunk), (double) done / wanted.size());
      progress.at("chunks", done, wanted.size());
    }
    across();
  }

  private List<Finding> found(int chunk) {
    Findings found = chunks.get(chunk);
    return found == null ? List.of() : found.list();
  }

  /** Looks at the image's own records, again. */
  public void records() {
    records = new Records(volume).look();
  }

  /** Looks at a chunk, again. */
  public void chunk(int chunk) throws IOException {
    Findings findings = new Findings(chunk);
    ChunkFacts of = ChunkFacts.unknown(chunk);
    out.remove(chunk);
    upTo.put(chunk, upkeep.lastCommit(chunk));
    try {
      if (upkeep.state(chunk) == ChunkState.MISSING) {
        findings = new Findings(chunk); // that its member is missing is said once
      } else if (upkeep.serves(chunk)) {
        Looker.Look look = looker.look(data, crossings(chunk));
        findings.addAll(look.findings());
        of = look.facts();
        judge(chunk, findings);
      } else {
        out.put(chunk, upkeep.incarnation(chunk));
        findings.add(Problem.CHUNK_OUT, volume.chunks().get(chunk).reason());
        SingleChunk.Checked checked =
            volume.whileOut(
                chunk,
                ChunkState.CHECKING,
                () ->
                    new SingleChunk(
                            volume.image(),
                            chunk,
                            ServedKeep.ofOut(volume.state(), chunk, upkeep.lastCommit(chunk)),
                            data)
                        .check());
        findings.addAll(checked.findings());
        of = checked.facts();
      }
    } catch (ChunkUnavailableException e) {
      findings.add(Problem.CHUNK_OUT, String.valueOf(e.getMessage()));
    }
    put(chunk, findings, of);
  }

  /** Takes what a repair saw last of a chunk that is back in service. */
  void put(int chunk, SingleChunk.Checked checked) {
    out.remove(chunk);
    upTo.remove(chunk);
    put(chunk, checked.findings(), checked.facts());
  }

  private void put(int chunk, Findings findings, ChunkFacts of) {
    chunks.put(chunk, findings);
    ChunkFacts before = facts.put(chunk, of);
    if (before != null) {
      before.release();
    }
  }

  /** All that a chunk says, if it was looked at and has not changed since; else null. */
  @Nullable ChunkFacts current(int chunk) {
    ChunkFacts seen = facts.get(chunk);
    Long at = upTo.get(chunk);
    boolean same = at != null && at == upkeep.lastCommit(chunk);
    return same && seen != null && seen.whole() ? seen : null;
  }

  /** Where what crosses a chunk's border is put. */
  Crossings crossings(int chunk) {
    return Crossings.within(chunk, budget);
  }

  private void judge(int chunk, Findings findings) {
    if (findings.anyWrong()) {
      upkeep.suspect(chunk, firstWrong(findings.list()).toString());
    } else if (data) {
      upkeep.trust(chunk);
    }
  }

  /** The first finding that is more than a note. */
  public static Finding firstWrong(List<Finding> findings) {
    return findings.stream()
        .filter(f -> f.problem().severity() != org.chunkfs.fsck.problem.Severity.NOTE)
        .findFirst()
        .orElseThrow();
  }

  /** Compares, again, what the chunks say of each other. */
  public void across() throws IOException {
    across = new Borders(volume, looker).settle(facts, out);
  }

  /** The image's own records. */
  public List<Finding> ofRecords() {
    return records;
  }

  /** What is wrong with chunks by themselves. */
  public Map<Integer, Findings> ofChunks() {
    return chunks;
  }

  /** What is wrong across chunks. */
  public List<Finding> ofBorders() {
    return across;
  }

  /** Of every chunk; unknown where it was not looked at. */
  public Map<Integer, ChunkFacts> facts() {
    return facts;
  }

  /** Everything that was found. */
  public Findings findings() {
    Findings all = new Findings(-1);
    records.forEach(all::add);
    chunks.values().forEach(all::addAll);
    across.forEach(all::add);
    return all;
  }
}
