package org.chunkfs.fsck.scan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.LiveData;
import org.chunkfs.core.volume.Recovery;
import org.chunkfs.core.volume.RingMap;
import org.chunkfs.core.volume.VolumeState;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The one history, as all journals together tell it, and which commits the next opening would keep.
 *
 * <p>Tests: a commit is in the journals of all chunks that it names; the numbers have no gaps; a
 * journal that holds records is marked in the ring map. Collects the decision. Relies on headers
 * and on the volume's state.
 */
public final class HistoryScan implements Keep {

  /** Journals that are looked at together: most are empty, and cost the time of two small reads. */
  private static final int PROBES = 12;

  /** Bytes of records that are kept for the checks of the chunks. */
  private static final long REMEMBERED_BYTES = 32L << 20;

  /** Gaps told one by one. */
  private static final int TOLD = 16;

  private final VolumeState state;
  private final VolumeState next;
  private final Recovery.Decision decision;
  private final boolean sameBoot;

  /** Chunks whose journal counts as empty, whatever is in it. */
  private final Set<Integer> unmarked;

  /** What journals hold. */
  private final Map<Integer, RingScanner.Scan> scans = new ConcurrentHashMap<>();

  private final Map<Integer, Standing> standings = new TreeMap<>();
  private final List<Long> lost = new ArrayList<>();
  private long lastG;

  private HistoryScan(
      VolumeState state,
      VolumeState next,
      Recovery.Decision decision,
      boolean sameBoot,
      Set<Integer> unmarked) {
    this.state = state;
    this.next = next;
    this.decision = decision;
    this.sameBoot = sameBoot;
    this.unmarked = unmarked;
  }

  /**
   * Reads all journals.
   *
   * @param known the volume record; later openings may have left journals
   * @param sameBoot whether the machine has run on since the image was last opened: then what was
   *     written and not flushed counts too
   * @param threads how many are read at once
   * @throws IOException only if interrupted
   */
  public static HistoryScan read(
      BlockDevice device,
      ImageLayout layout,
      ImageScan image,
      VolumeState known,
      boolean sameBoot,
      ChunkMemory memory,
      int threads,
      Findings findings)
      throws IOException {
    Map<Integer, Recovery.RingView> views = new TreeMap<>();
    Set<Integer> older = new HashSet<>();
    boolean absent = false;
    List<Integer> all = IntStream.range(0, layout.chunks()).boxed().toList();
    List<Ring> rings =
        Parallel.map(
            all,
            threads > 1 ? Math.max(threads, PROBES) : 1,
            chunk -> Ring.read(new ChunkReader(device, layout, chunk), image.rings(), memory));
    for (Ring ring : rings) {
      absent |= ring.absent;
      if (ring.view != null) {
        views.put(ring.view.chunk(), ring.view);
      }
      if (ring.older) {
        older.add(ring.chunk);
      }
    }
    VolumeState state = Recovery.caughtUp(known, new ArrayList<>(views.values()), absent, sameBoot);
    if (state.epoch() > known.epoch()) {
      findings.add(Problem.VOLUME_RECORD_BEHIND, known.epoch(), state.epoch());
    }
    Set<Integer> unmarked = unmarked(views, image, state, absent, sameBoot, findings, older);
    unmarked.forEach(chunk -> views.computeIfPresent(chunk, (_, view) -> emptied(view)));
    Map<Integer, Recovery.RingView> readable = new TreeMap<>(views);
    Map<Integer, String> damaged = new TreeMap<>();
    boolean someAbsent = absent;
    long cap = Long.MAX_VALUE;
    HistoryScan history;
    while (true) {
      Recovery.Decision decision =
          Recovery.decide(state, new ArrayList<>(readable.values()), someAbsent, sameBoot, cap);
      history = new HistoryScan(state, state.decided(decision), decision, sameBoot, unmarked);
      damaged.putAll(decision.damaged());
      readable.keySet().removeAll(damaged.keySet());
      someAbsent |= !damaged.isEmpty();
      long bad = decision.processDeath() ? 0 : history.firstBadData(device, layout, readable);
      if (bad == 0 || bad > cap) {
        break; // nothing is bad, or a forged number that no cut takes away
      }
      cap = bad - 1;
    }
    history.judge(views, damaged, absent, findings);
    history.remember(views);
    history.stand(rings);
    return history;
  }

  /**
   * One chunk's journal.
   *
   * @param view null if it has none, or is absent
   * @param absent whether no header can be read
   * @param older whether a header is lost: it may have been the newer one, and emptied the ring
   * @param standing null if no header can be read
   */
  private record Ring(
      int chunk,
      Recovery.@Nullable RingView view,
      boolean absent,
      boolean older,
      @Nullable Standing standing) {
    static Ring read(ChunkReader reader, RingMap map, ChunkMemory memory) {
      int chunk = reader.chunk();
      Journal journal =
          map.get(chunk) || memory != ChunkMemory.NONE
              ? Journal.of(reader, memory)
              : Journal.probe(reader);
      HeaderPair headers = journal.headers();
      byte[] header = headers.header();
      RingScanner.Scan scan = journal.scan();
      return new Ring(
          chunk,
          header == null || scan == null ? null : new Recovery.RingView(chunk, header, scan),
          header == null,
          scan != null && (headers.header(0) == null || headers.header(1) == null),
          Standing.of(reader, headers, scan));
    }
  }

  private void stand(List<Ring> rings) {
    lastG = decision.lastKept();
    for (Ring ring : rings) {
      if (ring.standing != null) {
        standings.put(ring.chunk, ring.standing);
        lastG = Math.max(lastG, ring.standing.lastG());
      }
    }
  }

  /** How each chunk stands whose header can be read. */
  public Map<Integer, Standing> standings() {
    return standings;
  }

  /**
   * Commits that were durable and are in no journal, the first of them. If a journal is damaged
   * they may be what it lacks; else one has lost its end without a trace.
   */
  public List<Long> lost() {
    return lost;
  }

  /** The largest commit that counts, in any chunk. */
  public long lastG() {
    return lastG;
  }

  /**
   * Whether a chunk is in service, was found sound when all chunks were checked, and has not
   * changed since.
   */
  public boolean soundSince(int chunk) {
    Standing standing = standings.get(chunk);
    return standing != null
        && standing.atRest()
        && state.sound().lastG() > 0
        && standing.lastG() <= state.sound().lastG()
        && !unmarked.contains(chunk)
        && !state.out().containsKey(chunk)
        && state.absentSince(chunk) < 0;
  }

  /** Keeps what need not be read again; not if there is so much of it that it fills the memory. */
  private void remember(Map<Integer, Recovery.RingView> views) {
    long bytes = 0;
    for (Recovery.RingView view : views.values()) {
      for (RingRecord record : view.scan().records()) {
        bytes += record.end() - record.position();
      }
      if (bytes > REMEMBERED_BYTES) {
        return;
      }
      if (!unmarked.contains(view.chunk())) {
        scans.put(view.chunk(), view.scan());
      }
    }
  }

  /**
   * Chunks whose journal holds records although the ring map says that it is empty, and where that
   * is right: a power loss took the mark, and all commits that are there are above S.
   */
  private static Set<Integer> unmarked(
      Map<Integer, Recovery.RingView> views,
      ImageScan image,
      VolumeState state,
      boolean absent,
      boolean sameBoot,
      Findings findings,
      Set<Integer> older) {
    Set<Integer> unmarked = new HashSet<>();
    for (Recovery.RingView view : views.values()) {
      if (!view.scan().records().isEmpty()
          && !image.rings().get(view.chunk())
          && !older.contains(view.chunk())) {
        unmarked.add(view.chunk());
      }
    }
    if (unmarked.isEmpty()) {
      return unmarked;
    }
    long stable =
        Recovery.decide(state, new ArrayList<>(views.values()), absent, sameBoot, Long.MAX_VALUE)
            .stable();
    for (int chunk : List.copyOf(unmarked)) {
      Recovery.RingView view = views.get(chunk);
      long first = view == null ? 0 : view.scan().records().getFirst().g();
      // What is of an earlier epoch an opening since has decided on.
      VolumeState.Decision decided = state.decision(CommitNumber.epochOf(first));
      boolean lost =
          decided == null
              ? CommitNumber.epochOf(first) == state.epoch() && (sameBoot || first <= stable)
              : first <= decided.lastKept();
      Findings of = new Findings(chunk);
      of.add(lost ? Problem.RING_MAP_BIT : Problem.RING_MAP_CUT);
      findings.addAll(of);
      if (lost) {
        unmarked.remove(chunk);
      }
    }
    return unmarked;
  }

  private static Recovery.RingView emptied(Recovery.RingView view) {
    return new Recovery.RingView(view.chunk(), view.header(), empty(view.header()));
  }

  private static RingScanner.Scan empty(byte[] header) {
    return new RingScanner.Scan(
        List.of(),
        ChunkHeader.TAIL.get(header, 0),
        ChunkHeader.TAIL_PREV_G.get(header, 0),
        0,
        null);
  }

  /**
   * The smallest commit that would be kept, but whose data is not there after a power loss; or 0.
   */
  private long firstBadData(
      BlockDevice device, ImageLayout layout, Map<Integer, Recovery.RingView> views) {
    long first = 0;
    for (Recovery.RingView view : views.values()) {
      VolumeState.Out out = state.out().get(view.chunk());
      boolean lately = view.scan().records().stream().anyMatch(r -> r.g() > decision.stable());
      if (!lately || out != null && out.reason().lasting()) {
        continue;
      }
      ChunkReader reader = new ChunkReader(device, layout, view.chunk());
      ChunkScan chunk = ChunkScan.open(reader, this, new Findings(view.chunk()));
      BlockTable table = chunk.table();
      RingScanner.Scan kept = chunk.kept();
      if (table != null && kept != null) {
        long bad = firstBadData(reader, table, kept);
        first = bad != 0 && (first == 0 || bad < first) ? bad : first;
      }
    }
    return first;
  }

  private long firstBadData(ChunkReader reader, BlockTable table, RingScanner.Scan kept) {
    LiveData.Blocks blocks =
        new LiveData.Blocks() {
          @Override
          public boolean written(int block) {
            return table.kind(block) == BlockKind.DATA.code()
                && (table.flags(block) & TableEntry.UNWRITTEN) == 0;
          }

          @Override
          public int crc(int block) {
            return table.crc(block);
          }

          @Override
          public void read(int block, ByteBuffer to) throws IOException {
            reader.device().read(reader.position(block), to);
          }
        };
    try {
      return LiveData.firstBad(kept, decision.stable(), reader.geometry(), blocks);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // none of these throws
    }
  }

  private void judge(
      Map<Integer, Recovery.RingView> views,
      Map<Integer, String> damaged,
      boolean absent,
      Findings findings) {
    damaged.forEach((chunk, what) -> {
      Recovery.RingView view = views.get(chunk);
      boolean told = // by the chunk's check
          view != null && (damage(chunk, view.scan()) != null || view.lostEnd() != null);
      if (!told) {
        Findings of = new Findings(chunk);
        of.add(Problem.JOURNAL, what);
        findings.addAll(of);
      }
    });
    long floor = 0;
    TreeMap<Long, RingRecord> seen = new TreeMap<>();
    Map<Integer, Set<Long>> held = new TreeMap<>();
    for (Recovery.RingView view : views.values()) {
      floor = Math.max(floor, ChunkHeader.BASE_G.get(view.header(), 0));
      for (RingRecord record : view.scan().records()) {
        if (record.type() != JournalRecord.STAMP
            && CommitNumber.epochOf(record.g()) == state.epoch()) {
          held.computeIfAbsent(view.chunk(), _ -> new HashSet<>()).add(record.g());
          seen.merge(record.g(), record, (a, b) -> a.type() == JournalRecord.VOID ? a : b);
        }
      }
    }
    for (RingRecord record : seen.values()) {
      for (int participant : record.participants()) {
        Recovery.RingView view = views.get(participant);
        if (record.type() == JournalRecord.COMMIT
            && view != null
            && !damaged.containsKey(participant)
            && Long.compareUnsigned(ChunkHeader.BASE_G.get(view.header(), 0), record.g()) < 0
            && !held.getOrDefault(participant, Set.of()).contains(record.g())) {
          findings.add(Problem.COMMIT_INCOMPLETE, Long.toHexString(record.g()), participant);
        }
      }
    }
    boolean whole = views.values().stream().allMatch(view -> view.scan().damage() == null);
    if (!absent && damaged.isEmpty() && whole) {
      gaps(floor, seen.navigableKeySet(), findings);
    }
  }

  /**
   * Numbers above every checkpoint, whose commits therefore have to be in journals: up to S for
   * sure; after it only if later ones are, and a death of the machine may have left it so.
   */
  private void gaps(long floor, NavigableSet<Long> seen, Findings findings) {
    long epoch = CommitNumber.base(state.epoch());
    Set<Long> voids = new HashSet<>();
    state.voids().forEach(v -> voids.add(v.g()));
    long first = Math.max(floor, epoch) + 1;
    long last = Math.max(decision.stable(), seen.isEmpty() ? 0 : seen.last());
    int told = 0;
    for (long g = first; g <= last && told < TOLD; g++) {
      if (seen.contains(g) || voids.contains(g)) {
        continue;
      }
      told++;
      if (g <= decision.stable()) {
        lost.add(g);
      } else {
        findings.add(Problem.COMMIT_MISSING, Long.toHexString(g), Long.toHexString(seen.higher(g)));
      }
    }
  }

  /** The largest commit number that any header or journal that can be read knows of. */
  public static long largestG(BlockDevice device, ImageLayout layout, ChunkMemory memory) {
    long largest = 0;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      ChunkReader reader = new ChunkReader(device, layout, chunk);
      RingView ring = Journal.of(reader, memory).ring();
      if (ring != null) {
        RingScanner.Damage damage = ring.scan().damage();
        long known = Math.max(ring.scan().lastG(), damage == null ? 0 : damage.witnessG());
        largest = Math.max(largest, Math.max(known, Math.max(ring.baseG(), ring.stableG())));
      }
    }
    return largest;
  }

  /** The volume record that an opening now would write. */
  public VolumeState next() {
    return next;
  }

  public Recovery.Decision decision() {
    return decision;
  }

  @Override
  public RingScanner.@Nullable Scan scanned(int chunk) {
    return scans.get(chunk);
  }

  /** The image has changed: what was read of it is not so any more. */
  public void forget() {
    scans.clear();
  }

  @Override
  public RingScanner.Scan keep(int chunk, byte[] header, RingScanner.Scan scan) {
    return unmarked.contains(chunk) ? empty(header) : Recovery.keep(scan, header, next, chunk);
  }

  @Override
  public RingScanner.@Nullable Damage damage(int chunk, RingScanner.Scan scan) {
    RingScanner.Damage damage = Recovery.damage(scan, state, chunk);
    boolean counts =
        damage != null
            && !unmarked.contains(chunk)
            && (sameBoot || damage.missingG() == 0 || damage.missingG() <= decision.stable());
    return counts ? damage : null;
  }
}
