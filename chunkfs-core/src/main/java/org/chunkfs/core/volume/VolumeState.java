package org.chunkfs.core.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.format.VolumeRecord.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What the volume record says: the epoch of the last opening, which chunks are out of service and
 * why, which commits are void, and up to where earlier epochs count.
 *
 * @param sequence rises with each update
 * @param epoch volume epoch of the last opening for writing
 * @param bootId boot id of the host that opened it, 16 bytes, zero when unknown
 * @param opened when, nanoseconds since 1970
 * @param out chunks that are out of service
 * @param voids commits that do not count in a chunk although its ring may hold them
 * @param decisions of earlier epochs
 * @param absents chunks in use that could not be asked when an epoch was decided on
 * @param scrub how far the background check has come
 * @param sound what the last check of the whole image found sound
 */
public record VolumeState(
    long sequence,
    int epoch,
    byte[] bootId,
    long opened,
    TreeMap<Integer, Out> out,
    List<Void> voids,
    List<Decision> decisions,
    List<Absent> absents,
    Scrub scrub,
    Sound sound) {
  /** So many openings an image can have: commit numbers of later ones would be negative. */
  public static final int MAX_EPOCH = (1 << 23) - 1;

  /** Why a chunk is out of service. The codes persist. */
  public enum Reason {
    NONE(0, ""),
    OFFLINE(1, "taken offline"),
    DAMAGE(2, "damaged metadata"),
    IO_ERROR(3, "the device failed"),
    HUNG(4, "the device did not answer"),
    CRASHED(5, "crashed on request"),
    JOURNAL(6, "damaged journal"),
    FLUSH(7, "a flush failed");

    private final int code;
    private final String text;

    Reason(int code, String text) {
      this.code = code;
      this.text = text;
    }

    public int code() {
      return code;
    }

    public String text() {
      return text;
    }

    /** Whether a mere restart does not cure it. */
    public boolean lasting() {
      return this == OFFLINE || this == DAMAGE || this == JOURNAL;
    }

    static Reason of(int code) {
      for (Reason r : values()) {
        if (r.code == code) {
          return r;
        }
      }
      return NONE;
    }
  }

  /**
   * How far the background check of all chunks has come.
   *
   * @param started when the last round began, nanoseconds since 1970; 0: there was none
   * @param next the chunk that is next in it; as many as there are chunks, or more: it is done
   */
  public record Scrub(long started, int next) {
    /** There was none. */
    public static final Scrub NEVER = new Scrub(0, 0);
  }

  /**
   * That a check of all chunks found nothing wrong.
   *
   * @param lastG the largest commit that it saw; a chunk whose last commit is larger has changed
   *     since; 0: there was no such check
   * @param at when, nanoseconds since 1970
   */
  public record Sound(long lastG, long at) {
    /** There was none. */
    public static final Sound NEVER = new Sound(0, 0);
  }

  /** A record of an image that was never checked. */
  public VolumeState(
      long sequence,
      int epoch,
      byte[] bootId,
      long opened,
      TreeMap<Integer, Out> out,
      List<Void> voids,
      List<Decision> decisions,
      List<Absent> absents) {
    this(sequence, epoch, bootId, opened, out, voids, decisions, absents, Scrub.NEVER, Sound.NEVER);
  }

  /** A chunk out of service; {@code block} is the one that showed the damage, or -1. */
  public record Out(Reason reason, long block) {}

  /**
   * A commit number that does not count in a chunk, or in none ({@link #NOWHERE}): that its number
   * is nowhere then means nothing.
   */
  public record Void(int chunk, long g) {
    /** The chunk is back, without the commit. */
    public static final int NOWHERE = -1;
  }

  /** Of an epoch, everything up to {@code lastKept} counts and nothing after it. */
  public record Decision(int epoch, long lastKept) {}

  /**
   * Chunks {@code from} to {@code to} (inclusive) could not be asked when {@code epoch} was decided
   * on, nor since: their rings may hold commits of it and of epochs before, not of later ones.
   */
  public record Absent(int from, int to, int epoch) {
    boolean contains(int chunk) {
      return chunk >= from && chunk <= to;
    }
  }

  static VolumeState initial(long now) {
    return new VolumeState(
        0, 0, new byte[16], now, new TreeMap<>(), List.of(), List.of(), List.of());
  }

  /**
   * The last epoch of which an absent chunk may hold commits, or -1 if the chunk was not absent.
   */
  public int absentSince(int chunk) {
    for (Absent a : absents) {
      if (a.contains(chunk)) {
        return a.epoch;
      }
    }
    return -1;
  }

  /** The record without mention of a chunk that is back with an empty ring, in service again. */
  public VolumeState returned(int chunk) {
    TreeMap<Integer, Out> nowOut = new TreeMap<>(out);
    nowOut.remove(chunk);
    List<Absent> nowAbsents = new ArrayList<>();
    for (Absent a : absents) {
      if (!a.contains(chunk)) {
        nowAbsents.add(a);
        continue;
      }
      if (a.from < chunk) {
        nowAbsents.add(new Absent(a.from, chunk - 1, a.epoch));
      }
      if (a.to > chunk) {
        nowAbsents.add(new Absent(chunk + 1, a.to, a.epoch));
      }
    }
    return new VolumeState(
        sequence,
        epoch,
        bootId,
        opened,
        nowOut,
        withoutChunk(voids, chunk),
        decisions,
        List.copyOf(nowAbsents),
        scrub,
        sound);
  }

  /**
   * The record without entries that make no sense.
   *
   * @param chunks so many there are
   */
  public VolumeState sensible(int chunks) {
    TreeMap<Integer, Out> nowOut = new TreeMap<>(out);
    nowOut.keySet().removeIf(chunk -> chunk < 0 || chunk >= chunks);
    return new VolumeState(
        sequence,
        epoch,
        bootId,
        opened,
        nowOut,
        voids.stream().filter(v -> v.chunk >= Void.NOWHERE && v.chunk < chunks).toList(),
        decisions.stream().filter(d -> d.epoch >= 0 && d.epoch < epoch).toList(),
        absents,
        scrub,
        sound);
  }

  /** Voids when a chunk is back whose ring was emptied. */
  static List<Void> withoutChunk(List<Void> voids, int chunk) {
    return voids.stream()
        .map(v -> v.chunk == chunk ? new Void(Void.NOWHERE, v.g) : v)
        .distinct()
        .toList();
  }

  /** The record that follows this one, with nothing else changed. */
  public VolumeState successor() {
    return next(out, voids);
  }

  VolumeState next(TreeMap<Integer, Out> nowOut, List<Void> nowVoids) {
    return new VolumeState(
        sequence + 1, epoch, bootId, opened, nowOut, nowVoids, decisions, absents, scrub, sound);
  }

  /** The record that an opening writes which decided so on the epoch before. */
  public VolumeState decided(Recovery.Decision decision) {
    List<Decision> nowDecisions = new ArrayList<>(decisions);
    nowDecisions.add(new Decision(epoch, decision.lastKept()));
    List<Void> nowVoids = new ArrayList<>(voids);
    for (Void v : decision.voids()) {
      if (!nowVoids.contains(v)) {
        nowVoids.add(v);
      }
    }
    return new VolumeState(
        sequence + 1,
        epoch + 1,
        bootId,
        opened,
        out,
        List.copyOf(nowVoids),
        List.copyOf(nowDecisions),
        absents,
        scrub,
        sound);
  }

  /** The record that says that all chunks were found sound. */
  public VolumeState found(Sound now) {
    return new VolumeState(
        sequence, epoch, bootId, opened, out, voids, decisions, absents, scrub, now);
  }

  /** The decision on an epoch, or null. */
  public @Nullable Decision decision(int of) {
    for (Decision d : decisions) {
      if (d.epoch == of) {
        return d;
      }
    }
    return null;
  }

  public boolean isVoid(int chunk, long g) {
    return voids.contains(new Void(chunk, g));
  }

  /** Entries that do not fit are an error of the caller. */
  byte[] encode(byte[] uuid, int chunk, int block) {
    byte[] record = new byte[VolumeRecord.BYTES];
    BlockHeader.init(record, BlockKind.VOLUME_RECORD, uuid, chunk, block, 0);
    VolumeRecord.SEQUENCE.set(record, 0, sequence);
    VolumeRecord.EPOCH.set(record, 0, epoch);
    VolumeRecord.BOOT_ID.set(record, 0, bootId);
    VolumeRecord.OPENED.set(record, 0, opened);
    int count =
        (scrub.started == 0 ? 0 : 1)
            + (sound.lastG == 0 ? 0 : 1)
            + out.size()
            + voids.size()
            + decisions.size()
            + absents.size();
    if (count > VolumeRecord.MAX_ENTRIES) {
      throw new IllegalStateException(count + " entries in a volume record");
    }
    VolumeRecord.ENTRIES.set(record, 0, count);
    int at = VolumeRecord.LAYOUT.size();
    for (var e : out.entrySet()) {
      Entry.TYPE.set(record, at, Entry.STATE);
      Entry.CODE.set(record, at, 1);
      Entry.REASON.set(record, at, e.getValue().reason.code());
      Entry.CHUNK.set(record, at, e.getKey());
      Entry.G.set(record, at, e.getValue().block);
      at += Entry.SIZE;
    }
    for (Void v : voids) {
      Entry.TYPE.set(record, at, Entry.VOID);
      Entry.CHUNK.set(record, at, v.chunk);
      Entry.G.set(record, at, v.g);
      at += Entry.SIZE;
    }
    for (Decision d : decisions) {
      Entry.TYPE.set(record, at, Entry.DECISION);
      Entry.G.set(record, at, d.lastKept);
      Entry.G2.set(record, at, d.epoch);
      at += Entry.SIZE;
    }
    for (Absent a : absents) {
      Entry.TYPE.set(record, at, Entry.ABSENT);
      Entry.CHUNK.set(record, at, a.from);
      Entry.G.set(record, at, a.to);
      Entry.G2.set(record, at, a.epoch);
      at += Entry.SIZE;
    }
    if (scrub.started != 0) {
      Entry.TYPE.set(record, at, Entry.SCRUB);
      Entry.CHUNK.set(record, at, scrub.next);
      Entry.G.set(record, at, scrub.started);
      at += Entry.SIZE;
    }
    if (sound.lastG != 0) {
      Entry.TYPE.set(record, at, Entry.SOUND);
      Entry.G.set(record, at, sound.lastG);
      Entry.G2.set(record, at, sound.at);
    }
    BlockHeader.seal(record, VolumeRecord.BYTES);
    return record;
  }

  /** What is wrong with a slot's bytes, or null if {@link #decode} can take them. */
  public static @Nullable String problem(byte[] record, byte[] uuid, int chunk, int block) {
    String bad = BlockHeader.problem(record, BlockKind.VOLUME_RECORD, uuid, chunk, block);
    if (bad != null) {
      return bad;
    }
    if (!BlockHeader.sealed(record, VolumeRecord.BYTES)) {
      return "its checksum is wrong";
    }
    int epoch = VolumeRecord.EPOCH.get(record, 0);
    if (epoch < 0 || epoch > MAX_EPOCH) {
      return "epoch %s, expected 0 to %d".formatted(Integer.toUnsignedString(epoch), MAX_EPOCH);
    }
    int count = VolumeRecord.ENTRIES.get(record, 0);
    if (count < 0 || count > VolumeRecord.MAX_ENTRIES) {
      return count + " entries";
    }
    for (int i = 0; i < count; i++) {
      if (Entry.TYPE.get(record, VolumeRecord.LAYOUT.size() + i * Entry.SIZE) == 0) {
        return "entry %d of %d has no type".formatted(i + 1, count);
      }
    }
    return null;
  }

  /** Reads a slot whose {@link #problem} is null. */
  public static VolumeState decode(byte[] record) {
    TreeMap<Integer, Out> out = new TreeMap<>();
    List<Void> voids = new ArrayList<>();
    List<Decision> decisions = new ArrayList<>();
    List<Absent> absents = new ArrayList<>();
    Scrub scrub = Scrub.NEVER;
    Sound sound = Sound.NEVER;
    int at = VolumeRecord.LAYOUT.size();
    for (int i = VolumeRecord.ENTRIES.get(record, 0); i > 0; i--) {
      int chunk = Entry.CHUNK.get(record, at);
      long g = Entry.G.get(record, at);
      switch (Entry.TYPE.get(record, at)) {
        case Entry.STATE -> out.put(chunk, new Out(Reason.of(Entry.REASON.get(record, at)), g));
        case Entry.VOID -> voids.add(new Void(chunk, g));
        case Entry.DECISION -> decisions.add(new Decision((int) Entry.G2.get(record, at), g));
        case Entry.ABSENT ->
            absents.add(new Absent(chunk, (int) g, (int) Entry.G2.get(record, at)));
        case Entry.SCRUB -> scrub = new Scrub(g, chunk);
        case Entry.SOUND -> sound = new Sound(g, Entry.G2.get(record, at));
        default -> {} // of a later version, and compatible: not for us
      }
      at += Entry.SIZE;
    }
    return new VolumeState(
        VolumeRecord.SEQUENCE.get(record, 0),
        VolumeRecord.EPOCH.get(record, 0),
        VolumeRecord.BOOT_ID.get(record, 0),
        VolumeRecord.OPENED.get(record, 0),
        out,
        List.copyOf(voids),
        List.copyOf(decisions),
        List.copyOf(absents),
        scrub,
        sound);
  }
}
