package org.chunkfs.fsck.online;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Recovery;
import org.chunkfs.core.volume.Upkeep;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.scan.Keep;
import org.jspecify.annotations.Nullable;

/**
 * The journals of chunks that serve, at a moment: each counts up to the chunk's last commit, and
 * all of that has to be there. Of chunks that are out of service everything counts that no decision
 * has dropped.
 */
public final class ServedKeep implements Keep {
  private final VolumeState state;
  private final Map<Integer, Long> last;
  private final Set<Integer> resting;

  /** The last commits of chunks that are out of service. */
  private final Map<Integer, Long> before;

  /**
   * @param state the volume record, with the decisions on earlier epochs
   * @param moment of the chunks that serve
   */
  public ServedKeep(VolumeState state, Upkeep.Moment moment) {
    this.state = state;
    this.last = Map.copyOf(moment.last());
    this.resting = Set.copyOf(moment.resting());
    this.before = Map.of();
  }

  private ServedKeep(VolumeState state, Map<Integer, Long> before) {
    this.state = state;
    this.last = Map.of();
    this.resting = Set.of();
    this.before = before;
  }

  /**
   * Of a chunk that is out of service, among others.
   *
   * @param last the last commit of it that was acknowledged; 0: none was
   */
  public static ServedKeep ofOut(VolumeState state, int chunk, long last) {
    return new ServedKeep(state, last == 0 ? Map.of() : Map.of(chunk, last));
  }

  @Override
  public RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan) {
    if (resting.contains(chunk)) {
      return new RingScanner.Scan(
          List.of(),
          ChunkHeader.TAIL.get(header, 0),
          ChunkHeader.TAIL_PREV_G.get(header, 0),
          0,
          null);
    }
    RingScanner.Scan counts = Recovery.keep(scan, header, state, chunk);
    Long upTo = last.get(chunk);
    if (upTo == null) {
      return counts;
    }
    List<RingRecord> kept = new ArrayList<>(counts.records().size());
    long lastG = ChunkHeader.TAIL_PREV_G.get(header, 0);
    for (RingRecord record : counts.records()) {
      boolean stamp = record.type() == JournalRecord.STAMP;
      if (!stamp && Long.compareUnsigned(record.g(), upTo) > 0) {
        break;
      }
      kept.add(record);
      lastG = stamp ? lastG : record.g();
    }
    long end = kept.isEmpty() ? ChunkHeader.TAIL.get(header, 0) : kept.getLast().end();
    return new RingScanner.Scan(kept, end, lastG, scan.stableG(), null);
  }

  @Override
  public @Nullable Long goesTo(int chunk, byte[] header) {
    return resting.contains(chunk)
        ? Long.valueOf(ChunkHeader.TAIL_PREV_G.get(header, 0))
        : last.getOrDefault(chunk, before.get(chunk));
  }

  @Override
  public boolean goesOn(int chunk) {
    return last.containsKey(chunk) || resting.contains(chunk);
  }

  @Override
  public RingScanner.@Nullable Damage damage(int chunk, RingScanner.Scan scan) {
    if (resting.contains(chunk)) {
      return null;
    }
    Long upTo = last.get(chunk);
    if (upTo == null) {
      return Recovery.damage(scan, state, chunk);
    }
    if (Long.compareUnsigned(scan.lastG(), upTo) >= 0) {
      return null;
    }
    RingScanner.Damage damage = scan.damage();
    return damage != null
        ? damage
        : new RingScanner.Damage(
            scan.end(), "commit %x was acknowledged, but is not there".formatted(upTo), upTo, 0);
  }
}
