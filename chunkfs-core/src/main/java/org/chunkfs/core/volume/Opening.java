package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.ChunkIo;
import org.chunkfs.core.chunk.HeaderCopies;
import org.chunkfs.core.chunk.TableOps;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.PatientDevice;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.journal.RingScanner.Scan;
import org.chunkfs.core.volume.VolumeState.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Brings an image from whatever a crash left to a state that can serve: reads every chunk's header
 * and the rings in use, decides which commits count, makes that durable, replays.
 */
final class Opening {
  private static final int THREADS = 4;

  /** Fewer chunks than two times this are looked at by one thread alone. */
  private static final int CHUNKS_PER_THREAD = 4;

  private final Image image;
  private final VolumeOptions options;
  private final byte[] bootId;
  private final ImageLayout layout;
  private final PatientDevice device;
  private final LongAdder resident = new LongAdder();
  private final Map<Integer, Found> found = new ConcurrentHashMap<>();
  private final Map<Integer, VolumeState.Out> out = new ConcurrentHashMap<>();
  private final Map<Integer, String> details = new ConcurrentHashMap<>();

  /** A chunk in use. */
  private record Found(ChunkIo io, HeaderCopies headers, Scan scan) {}

  /**
   * What an opening leads to.
   *
   * @param state the volume record as it stands now
   * @param stable everything up to it is durable
   * @param replayed commits brought back from the rings
   */
  record Result(
      VolumeState state,
      ChunkSlot[] slots,
      RingMap rings,
      LongAdder resident,
      long stable,
      boolean processDeath,
      long replayed) {}

  /**
   * @param bootId identifies the run of the machine, 16 bytes; zero when unknown
   */
  Opening(Image image, VolumeOptions options, byte[] bootId) {
    this.image = image;
    this.options = options;
    this.bootId = bootId;
    this.layout = image.layout();
    // Whom nobody has fenced yet, nobody else watches.
    this.device = new PatientDevice(image.device(), options.stall());
  }

  Result run() throws IOException {
    VolumeRecords records = new VolumeRecords(device, layout);
    VolumeState state = records.read();
    RingMap rings = RingMap.read(device, layout);
    ChunkSlot[] slots = new ChunkSlot[layout.chunks()];
    List<BlockDevice.Member> members = device.members();
    ExecutorService pool =
        Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().daemon().factory());
    try {
      boolean sameBoot = sameBoot(state);
      if (sameBoot && !options.readOnly()) {
        device.flush();
      }
      forEach(
          pool,
          slots.length,
          i -> {
            ChunkSlot slot =
                new ChunkSlot(i, layout.memberOf(i), layout.geometry(i), layout.base(i));
            slots[i] = slot;
            look(slot, state.out().get(i), members.get(slot.member).present(), rings);
          });
      Result result = decide(records, state, rings, slots, sameBoot, pool);
      device.trust();
      return result;
    } finally {
      pool.shutdownNow();
    }
  }

  private boolean sameBoot(VolumeState state) {
    boolean known = false;
    for (byte b : bootId) {
      known |= b != 0;
    }
    return known && java.util.Arrays.equals(bootId, state.bootId());
  }

  private void look(ChunkSlot slot, VolumeState.@Nullable Out was, boolean present, RingMap rings) {
    if (!present) {
      slot.state = ChunkState.MISSING;
      slot.detail = "its member is not there";
      if (was != null) {
        out.put(slot.id, was);
      }
      slot.initialized = true;
      slot.headerFree = 0;
      return;
    }
    if (was != null && was.reason().lasting()) {
      out.put(slot.id, was);
    }
    ChunkIo io = new ChunkIo(device, slot.id, slot.base, slot.geometry.blocks());
    try {
      HeaderCopies headers = HeaderCopies.read(io, slot.geometry, layout.uuid());
      slot.initialized = headers.initialized();
      slot.headerFree =
          headers.initialized()
              ? ChunkHeader.FREE_BLOCKS.getUnsigned(headers.header(), 0)
              : slot.headerFree;
      slot.headerInodes = ChunkHeader.INODES.getUnsigned(headers.header(), 0);
      if (headers.initialized()) {
        Scan scan =
            rings.get(slot.id) || headers.otherLost()
                ? Chunk.scan(layout.uuid(), slot.geometry, io, headers.header())
                : headers.emptyRing();
        found.put(slot.id, new Found(io, headers, scan));
      }
    } catch (ChunkUnavailableException e) {
      slot.state = ChunkState.MISSING;
      slot.detail = String.valueOf(e.getMessage());
      slot.initialized = true;
    } catch (CorruptException e) {
      fail(slot.id, Reason.DAMAGE, e.block(), e);
    } catch (IOException e) {
      fail(slot.id, Reason.IO_ERROR, -1, e);
    }
  }

  private void fail(int chunk, Reason reason, long block, Exception e) {
    out.put(chunk, new VolumeState.Out(reason, block));
    details.put(chunk, String.valueOf(e.getMessage()));
    found.remove(chunk);
  }

  private Result decide(
      VolumeRecords records,
      VolumeState known,
      RingMap rings,
      ChunkSlot[] slots,
      boolean sameBoot,
      ExecutorService pool)
      throws IOException {
    VolumeState state = Recovery.caughtUp(known, views(), absent(slots), sameBoot);
    long cap = Long.MAX_VALUE;
    while (true) {
      Recovery.Decision decision = Recovery.decide(state, views(), absent(slots), sameBoot, cap);
      decision
          .damaged()
          .forEach((id, what) ->
              fail(
                  id,
                  Reason.JOURNAL,
                  slots[id].geometry.ringStart(),
                  new IOException("its journal is damaged: " + what)));
      VolumeState next = next(state, decision, slots);
      Map<Integer, Scan> kept = new TreeMap<>();
      found.forEach((id, f) -> kept.put(id, Recovery.keep(f.scan, f.headers.header(), next, id)));
      Map<Integer, Chunk> chunks = replay(slots, kept, pool);
      long bad = decision.processDeath() ? 0 : firstBadData(chunks, kept, decision.stable(), pool);
      if (bad != 0 && bad <= cap) { // no cut takes a forged number away
        cap = bad - 1;
        chunks.values().forEach(Chunk::abandon);
        continue;
      }
      return finish(records, next, rings, slots, chunks, kept, decision);
    }
  }

  private List<Recovery.RingView> views() {
    List<Recovery.RingView> views = new ArrayList<>();
    found.forEach((id, f) -> views.add(new Recovery.RingView(id, f.headers.header(), f.scan)));
    return views;
  }

  private boolean absent(ChunkSlot[] slots) {
    return Arrays.stream(slots).anyMatch(this::isAbsent);
  }

  /** The volume record that this opening writes. */
  private VolumeState next(VolumeState state, Recovery.Decision decision, ChunkSlot[] slots) {
    List<VolumeState.Absent> absents = absents(state, slots);
    List<VolumeState.Decision> decisions = new ArrayList<>();
    for (VolumeState.Decision d : state.decisions()) {
      if (mentioned(d.epoch()) || absents.stream().anyMatch(a -> d.epoch() <= a.epoch())) {
        decisions.add(d);
      }
    }
    decisions.add(new VolumeState.Decision(state.epoch(), decision.lastKept()));
    List<VolumeState.Void> voids = new ArrayList<>(decision.voids());
    for (VolumeState.Void v : state.voids()) {
      boolean somewhere = v.chunk() != VolumeState.Void.NOWHERE;
      if (somewhere && !voids.contains(v) && (!found.containsKey(v.chunk()) || holds(v))) {
        voids.add(v);
      }
    }
    return new VolumeState(
        state.sequence() + 1,
        state.epoch() + 1,
        bootId,
        now(),
        new TreeMap<>(out),
        List.copyOf(voids),
        List.copyOf(decisions),
        absents,
        state.scrub(),
        state.sound());
  }

  private boolean isAbsent(ChunkSlot slot) {
    return slot.state == ChunkState.MISSING || slot.initialized && !found.containsKey(slot.id);
  }

  /**
   * The chunks that cannot be asked, in runs. One that can be read again keeps its entry for this
   * opening, which says how much of its ring counts; the next one leaves it out.
   */
  private List<VolumeState.Absent> absents(VolumeState state, ChunkSlot[] slots) {
    List<VolumeState.Absent> runs = new ArrayList<>();
    for (ChunkSlot slot : slots) {
      int was = state.absentSince(slot.id);
      Found f = found.get(slot.id);
      boolean back = f != null && !f.scan.records().isEmpty() && was >= 0;
      if (!isAbsent(slot) && !back) {
        continue;
      }
      int epoch = was >= 0 ? was : state.epoch();
      VolumeState.Absent last = runs.isEmpty() ? null : runs.getLast();
      if (last != null && last.to() == slot.id - 1 && last.epoch() == epoch) {
        runs.set(runs.size() - 1, new VolumeState.Absent(last.from(), slot.id, epoch));
      } else {
        runs.add(new VolumeState.Absent(slot.id, slot.id, epoch));
      }
    }
    return List.copyOf(runs);
  }

  private long now() {
    java.time.Instant now = options.clock().instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private boolean mentioned(int epoch) {
    for (Found f : found.values()) {
      List<RingRecord> records = f.scan.records();
      if (!records.isEmpty() && CommitNumber.epochOf(records.getFirst().g()) <= epoch) {
        return true;
      }
      RingScanner.Damage lost = f.scan.damage();
      if (lost != null && lost.missingG() != 0 && CommitNumber.epochOf(lost.missingG()) <= epoch) {
        return true; // the end that a decision abandoned
      }
    }
    return false;
  }

  private boolean holds(VolumeState.Void v) {
    Found f = found.get(v.chunk());
    return f != null && f.scan.records().stream().anyMatch(r -> r.g() == v.g());
  }

  private Map<Integer, Chunk> replay(
      ChunkSlot[] slots, Map<Integer, Scan> kept, ExecutorService pool) throws IOException {
    Map<Integer, Chunk> chunks = new ConcurrentHashMap<>();
    List<Integer> used = new ArrayList<>();
    kept.forEach((id, scan) -> {
      Found f = found.get(id);
      // A ring with records that do not count needs its head moved past them.
      if (f != null && !f.scan.records().isEmpty()) {
        used.add(id);
      }
    });
    forEach(
        pool,
        used.size(),
        i -> {
          int id = used.get(i);
          Found f = found.get(id);
          Scan scan = kept.get(id);
          if (f == null || scan == null || out.containsKey(id)) {
            return;
          }
          try {
            Chunk chunk =
                Chunk.recover(layout.uuid(), slots[id].geometry, f.io, f.headers, scan, resident);
            slots[id].initialized = !chunk.blank(Long.MAX_VALUE);
            if (slots[id].initialized) {
              chunks.put(id, chunk);
            } else {
              chunk.abandon(); // as never used: its first incarnation begins when somebody needs it
            }
          } catch (CorruptException e) {
            fail(id, Reason.DAMAGE, e.block(), e);
          } catch (IOException e) {
            fail(id, Reason.IO_ERROR, -1, e);
          }
        });
    return chunks;
  }

  /**
   * After a power loss: the smallest commit above S whose data is live and did not reach the
   * device, or 0.
   */
  private long firstBadData(
      Map<Integer, Chunk> chunks, Map<Integer, Scan> kept, long stable, ExecutorService pool)
      throws IOException {
    long[] bad = new long[layout.chunks()];
    List<Integer> ids = new ArrayList<>(chunks.keySet());
    forEach(
        pool,
        ids.size(),
        i -> {
          int id = ids.get(i);
          Chunk chunk = chunks.get(id);
          Scan scan = kept.get(id);
          if (chunk != null && scan != null) {
            try {
              bad[id] = firstBadData(chunk, scan, stable);
            } catch (CorruptException e) {
              fail(id, Reason.DAMAGE, e.block(), e);
            } catch (IOException e) {
              fail(id, Reason.IO_ERROR, -1, e);
            }
          }
        });
    long first = 0;
    for (long g : bad) {
      first = g != 0 && (first == 0 || g < first) ? g : first;
    }
    return first;
  }

  private static long firstBadData(Chunk chunk, Scan scan, long stable) throws IOException {
    return LiveData.firstBad(
        scan,
        stable,
        chunk.geometry(),
        new LiveData.Blocks() {
          @Override
          public boolean written(int block) throws IOException {
            chunk.load(chunk.geometry().tableBlock(block), Long.MAX_VALUE);
            return TableOps.kind(chunk, block) == BlockKind.DATA.code()
                && (TableOps.flags(chunk, block) & TableEntry.UNWRITTEN) == 0;
          }

          @Override
          public int crc(int block) throws IOException {
            return TableOps.crc(chunk, block);
          }

          @Override
          public void read(int block, ByteBuffer to) throws IOException {
            chunk.io().read(block, to);
          }
        });
  }

  private Result finish(
      VolumeRecords records,
      VolumeState next,
      RingMap rings,
      ChunkSlot[] slots,
      Map<Integer, Chunk> chunks,
      Map<Integer, Scan> kept,
      Recovery.Decision decision)
      throws IOException {
    VolumeState written =
        new VolumeState(
            next.sequence(),
            next.epoch(),
            next.bootId(),
            next.opened(),
            new TreeMap<>(out),
            next.voids(),
            next.decisions(),
            next.absents(),
            next.scrub(),
            next.sound());
    if (!options.readOnly()) {
      records.write(written);
    }
    long replayed = 0;
    for (ChunkSlot slot : slots) {
      Scan scan = kept.get(slot.id);
      VolumeState.Out o = out.get(slot.id);
      if (o != null) {
        slot.out = o;
        slot.detail = details.getOrDefault(slot.id, "");
        slot.state = slot.state == ChunkState.MISSING ? ChunkState.MISSING : ChunkState.FENCED;
      }
      Chunk chunk = chunks.get(slot.id);
      if (chunk != null && o == null) {
        slot.current = chunk;
        slot.incarnations = 1;
        slot.headerFree = chunk.freeBlocks();
        slot.journalUsed = chunk.ring().usedBytes();
        slot.lastG = chunk.ring().lastG();
        replayed += scan == null ? 0 : scan.records().size();
      }
    }
    return new Result(
        written, slots, rings, resident, decision.lastKept(), decision.processDeath(), replayed);
  }

  /** Something done for each of a number of things. */
  private interface Each {
    void run(int i) throws IOException;
  }

  private static void forEach(ExecutorService pool, int count, Each each) throws IOException {
    List<Future<?>> tasks = new ArrayList<>();
    int lanes = Math.min(THREADS, count / CHUNKS_PER_THREAD);
    if (lanes <= 1) {
      for (int i = 0; i < count; i++) {
        each.run(i);
      }
      return;
    }
    java.util.concurrent.atomic.AtomicInteger next =
        new java.util.concurrent.atomic.AtomicInteger();
    for (int t = 0; t < lanes; t++) {
      tasks.add(
          pool.submit(() -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              each.run(i);
            }
            return null;
          }));
    }
    try {
      for (Future<?> task : tasks) {
        task.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening the image", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException r -> throw r;
        case Error er -> throw er;
        case null, default -> throw new IOException(e);
      }
    }
  }
}
