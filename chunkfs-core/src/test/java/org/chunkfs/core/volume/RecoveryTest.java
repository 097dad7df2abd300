package org.chunkfs.core.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.journal.RecordWriter;
import org.chunkfs.core.journal.Ring;
import org.chunkfs.core.journal.RingId;
import org.chunkfs.core.journal.RingIo;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Recovery.Decision;
import org.chunkfs.core.volume.Recovery.RingView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The decision over all combinations of what two rings, the volume record and the circumstances can
 * say about three commits: 1 in chunk A alone, 2 in both, 3 in B alone.
 */
final class RecoveryTest {
  private static final int EPOCH = 5;
  private static final long BASE = (long) EPOCH << 40;
  private static final int RING_BYTES = 16 * 4096;
  private static final Map<String, RingScanner.Scan> SCANS = new ConcurrentHashMap<>();
  private static final int A = 0;
  private static final int B = 1;

  /** What has become of a record. */
  private enum Fate {
    THERE,
    LOST,
    VOID
  }

  /** One row of the table. */
  private record Row(
      Fate a1,
      Fate a2,
      Fate b2,
      Fate b3,
      int stable,
      boolean sameBoot,
      boolean absentB,
      int cap,
      boolean recordedVoid) {

    boolean holeA() {
      return a1 == Fate.LOST && a2 != Fate.LOST;
    }

    boolean holeB() {
      return b2 == Fate.LOST && b3 != Fate.LOST;
    }
  }

  private static long g(long n) {
    return BASE + n;
  }

  private static RingView view(int chunk, int stable, long[] numbers, Fate[] fates, int[][] in) {
    String key =
        chunk + Arrays.toString(numbers) + Arrays.toString(fates) + Arrays.deepToString(in);
    byte[] header = new byte[4096];
    ChunkHeader.STABLE_G.set(header, 0, stable == 0 ? 0 : g(stable));
    return new RingView(
        chunk, header, SCANS.computeIfAbsent(key, _ -> scan(chunk, numbers, fates, in)));
  }

  private static RingScanner.Scan scan(int chunk, long[] numbers, Fate[] fates, int[][] in) {
    try {
      return written(chunk, numbers, fates, in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static RingScanner.Scan written(int chunk, long[] numbers, Fate[] fates, int[][] in)
      throws IOException {
    byte[] bytes = new byte[RING_BYTES];
    RingIo io =
        new RingIo() {
          @Override
          public void write(int offset, ByteBuffer src) {
            src.get(bytes, offset, src.remaining());
          }

          @Override
          public void read(int offset, ByteBuffer dst) {
            dst.put(bytes, offset, dst.remaining());
          }
        };
    RingId id = new RingId(new byte[16], chunk, 1);
    Ring ring = new Ring(id, io, RING_BYTES, 0, 0, 0);
    RecordWriter record = new RecordWriter();
    long[] at = new long[numbers.length + 1];
    for (int i = 0; i < numbers.length; i++) {
      record.reset(JournalRecord.COMMIT);
      record.participants(in[i], in[i].length);
      long before = ring.lastG();
      at[i] = ring.append(record, numbers[i], true);
      if (fates[i] == Fate.VOID) {
        ring.voidAt(at[i], numbers[i], before);
      }
      at[i + 1] = ring.head();
    }
    for (int i = 0; i < numbers.length; i++) {
      if (fates[i] == Fate.LOST) {
        Arrays.fill(bytes, (int) at[i], (int) at[i + 1], (byte) 0);
      }
    }
    return RingScanner.scan(id, io, RING_BYTES, 0, 0);
  }

  private static Decision decide(Row row) throws IOException {
    List<RingView> views = new ArrayList<>();
    int[] both = {A, B};
    views.add(
        view(
            A,
            row.stable,
            new long[] {g(1), g(2)},
            new Fate[] {row.a1, row.a2},
            new int[][] {{A}, both}));
    if (!row.absentB) {
      views.add(
          view(
              B,
              row.stable,
              new long[] {g(2), g(3)},
              new Fate[] {row.b2, row.b3},
              new int[][] {both, {B}}));
    }
    VolumeState first = VolumeState.initial(0);
    VolumeState state =
        new VolumeState(
            7,
            EPOCH,
            new byte[16],
            0,
            new TreeMap<>(),
            row.recordedVoid ? List.of(new VolumeState.Void(B, g(2))) : List.of(),
            first.decisions(),
            first.absents());
    long cap = row.cap == 0 ? Long.MAX_VALUE : g(row.cap);
    return Recovery.decide(state, views, row.absentB, row.sameBoot, cap);
  }

  /** The rules in other words than the code's. */
  private static final class Rules {
    final Row row;
    final Set<Integer> damaged = new TreeSet<>();
    boolean readA;
    boolean readB;

    Rules(Row row) {
      this.row = row;
      readA = true;
      readB = !row.absentB;
      if (row.holeA() && (row.sameBoot || row.stable >= 1)) {
        damage(A);
      }
      if (readB && row.holeB() && (row.sameBoot || row.stable >= 2)) {
        damage(B);
      }
      if (row.stable >= 2 && !voided() && readA && readB && inA2() != inB2()) {
        damage(inA2() ? B : A);
      }
    }

    void damage(int chunk) {
      damaged.add(chunk);
      readA &= chunk != A;
      readB &= chunk != B;
    }

    boolean inA1() {
      return readA && row.a1 == Fate.THERE;
    }

    /** Seen, as commit or void. */
    boolean inA2() {
      return readA && row.a2 != Fate.LOST && !row.holeA();
    }

    boolean inB2() {
      return readB && row.b2 != Fate.LOST;
    }

    boolean inB3() {
      return readB && row.b3 == Fate.THERE && !row.holeB();
    }

    boolean voided() {
      return row.recordedVoid || inA2() && row.a2 == Fate.VOID || inB2() && row.b2 == Fate.VOID;
    }

    boolean found(int n) {
      return switch (n) {
        case 1 -> inA1();
        case 2 -> inA2() || inB2() || row.recordedVoid;
        default -> inB3();
      };
    }

    boolean half() {
      return !voided() && readA && readB && inA2() != inB2();
    }

    boolean isProcessDeath() {
      // Of the two rings only B's goes on after commit 2.
      boolean onlyEnds = !(half() && inB2() && inB3());
      return row.sameBoot && row.cap == 0 && onlyEnds;
    }

    int lastKept() {
      int kept = row.stable;
      if (isProcessDeath()) {
        for (int n = 1; n <= 3; n++) {
          kept = found(n) ? Math.max(kept, n) : kept;
        }
        return kept;
      }
      boolean charge = row.absentB || !damaged.isEmpty();
      if (row.cap != 0 && row.cap < kept) {
        kept = row.cap;
      }
      for (int n = row.stable + 1; n <= 3; n++) {
        if (n == 2 && half() || !found(n) && !charge || row.cap != 0 && n > row.cap) {
          break;
        }
        kept = found(n) ? n : kept;
      }
      return kept;
    }

    Set<Integer> voidsOf2() {
      Set<Integer> chunks = new TreeSet<>();
      boolean reached = isProcessDeath() || lastKept() >= 2 || row.stable >= 2;
      if (reached && (voided() || half() && isProcessDeath())) {
        if (inA2()) {
          chunks.add(A);
        }
        if (inB2()) {
          chunks.add(B);
        }
      }
      return chunks;
    }
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    Fate[] two = {Fate.THERE, Fate.LOST};
    for (Fate a1 : two) {
      for (Fate a2 : Fate.values()) {
        for (Fate b2 : Fate.values()) {
          for (Fate b3 : two) {
            for (int stable = 0; stable <= 3; stable++) {
              for (int flags = 0; flags < 8; flags++) {
                for (int cap = 0; cap <= 2; cap++) {
                  rows.add(
                      new Row(
                          a1,
                          a2,
                          b2,
                          b3,
                          stable,
                          (flags & 1) != 0,
                          (flags & 2) != 0,
                          cap,
                          (flags & 4) != 0));
                }
              }
            }
          }
        }
      }
    }
    // A void is the last record of its ring at the time; what follows it is fine.
    return rows;
  }

  @Test
  void everyCombinationIsDecidedByTheRules() throws IOException {
    for (Row row : rows()) {
      Decision found = decide(row);
      Rules rules = new Rules(row);
      String what = row.toString();
      assertThat(found.damaged().keySet()).as(what).isEqualTo(rules.damaged);
      assertThat(found.processDeath()).as(what).isEqualTo(rules.isProcessDeath());
      assertThat(found.lastKept() - BASE).as(what).isEqualTo(rules.lastKept());
      Set<Integer> voids = new TreeSet<>();
      for (VolumeState.Void v : found.voids()) {
        assertThat(v.g()).as(what).isEqualTo(g(2));
        voids.add(v.chunk());
      }
      assertThat(voids).as(what).isEqualTo(rules.voidsOf2());
    }
  }

  @Test
  void nothingStableIsCutAndNoHalfOfACommitIsKept() throws IOException {
    for (Row row : rows()) {
      Decision found = decide(row);
      String what = row.toString();
      long floor = row.cap == 0 ? row.stable : Math.min(row.stable, row.cap);
      assertThat(found.lastKept() - BASE).as(what).isGreaterThanOrEqualTo(floor);
      Rules rules = new Rules(row);
      boolean kept = found.lastKept() >= g(2);
      boolean dropped = !found.voids().isEmpty();
      if (rules.half() && kept) {
        assertThat(dropped).as(what).isTrue();
      }
    }
  }

  @Test
  void theKeptPartOfAChainEndsBeforeWhatWasDropped() throws IOException {
    RingView a =
        view(
            A,
            0,
            new long[] {g(1), g(2)},
            new Fate[] {Fate.THERE, Fate.THERE},
            new int[][] {{A}, {A, B}});
    VolumeState state = state(List.of(), List.of(new VolumeState.Decision(EPOCH, g(1))));
    assertThat(Recovery.keep(a.scan(), a.header(), state, A).lastG()).isEqualTo(g(1));
    state = state(List.of(), List.of(new VolumeState.Decision(EPOCH, g(2))));
    assertThat(Recovery.keep(a.scan(), a.header(), state, A).lastG()).isEqualTo(g(2));
    state =
        state(
            List.of(new VolumeState.Void(A, g(2))), List.of(new VolumeState.Decision(EPOCH, g(2))));
    assertThat(Recovery.keep(a.scan(), a.header(), state, A).lastG()).isEqualTo(g(1));
    assertThat(Recovery.keep(a.scan(), a.header(), state, B).lastG()).isEqualTo(g(2));
  }

  /** Nothing that is given out now could follow such a number, and no cut takes it away. */
  @Test
  void aNumberOfALaterEpochIsDamageOfThatJournalAlone() throws IOException {
    VolumeState last =
        new VolumeState(
            7, EPOCH, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    for (long forged : new long[] {(long) (EPOCH + 9) << 40, 0x67FB_00E9_5568_C4F7L, -1}) {
      RingView a =
          view(
              A,
              0,
              new long[] {g(1), forged},
              new Fate[] {Fate.THERE, Fate.THERE},
              new int[][] {{A}, {A}});
      RingView b = view(B, 0, new long[] {g(2)}, new Fate[] {Fate.THERE}, new int[][] {{B}});
      for (boolean sameBoot : new boolean[] {false, true}) {
        Decision found = Recovery.decide(last, List.of(a, b), false, sameBoot, Long.MAX_VALUE);
        assertThat(found.damaged().keySet()).as("%x", forged).containsExactly(A);
        assertThat(found.lastKept()).isEqualTo(g(2));
      }
    }
  }

  /** Of a journal that holds nothing its header says where the numbers go on. */
  @Test
  void aHeaderOfALaterEpochIsDamageOfThatJournalAlone() {
    VolumeState last =
        new VolumeState(
            7, EPOCH, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    RingView b = view(B, 0, new long[] {g(2)}, new Fate[] {Fate.THERE}, new int[][] {{B}});
    for (long forged : new long[] {(long) (EPOCH + 9) << 40, 0x7126_B5D4_E767_F416L, -1}) {
      RingView a = empty(A, forged);
      Decision found = Recovery.decide(last, List.of(a, b), false, false, Long.MAX_VALUE);
      assertThat(found.damaged().keySet()).as("%x", forged).containsExactly(A);
      assertThat(found.lastKept()).isEqualTo(g(2));
      assertThat(Recovery.caughtUp(last, List.of(a, b), false, false).epoch()).isEqualTo(EPOCH);
    }
  }

  @Test
  void aForgedNumberHidesNoStableOneBesideIt() {
    VolumeState last =
        new VolumeState(
            7, EPOCH, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    RingView a = empty(A, (long) (EPOCH + 9) << 40);
    ChunkHeader.STABLE_G.set(a.header(), 0, g(3));
    RingView b = view(B, 0, new long[] {g(2)}, new Fate[] {Fate.THERE}, new int[][] {{B}});
    Decision found = Recovery.decide(last, List.of(a, b), false, false, Long.MAX_VALUE);
    assertThat(found.stable()).isEqualTo(g(3));
  }

  /** A record whose writing was cut off is never below what a header calls stable. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDamagedEndThatItsHeaderCallsStableIsDamageOfThatJournal(boolean sameBoot) {
    VolumeState last =
        new VolumeState(
            7, EPOCH, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    for (int stable = 1; stable <= 3; stable++) {
      byte[] header = empty(A, g(1)).header();
      ChunkHeader.STABLE_G.set(header, 0, g(stable));
      RingScanner.Scan scan = new RingScanner.Scan(List.of(), 0, g(1), 0, null, g(2));
      RingView torn = new RingView(A, header, scan);
      Decision found = Recovery.decide(last, List.of(torn), false, sameBoot, Long.MAX_VALUE);
      assertThat(found.damaged().containsKey(A)).as("%d", stable).isEqualTo(stable >= 2);
    }
  }

  @Test
  void aVolumeRecordOfAnEpochThatCannotBeIsDamaged() {
    byte[] uuid = new byte[16];
    VolumeState state =
        new VolumeState(7, EPOCH, uuid, 0, new TreeMap<>(), List.of(), List.of(), List.of());
    byte[] record = state.encode(uuid, 0, 2);
    assertThat(VolumeState.problem(record, uuid, 0, 2)).isNull();
    VolumeRecord.EPOCH.set(record, 0, 0xE845_17D2);
    BlockHeader.seal(record, record.length);
    assertThat(VolumeState.problem(record, uuid, 0, 2)).contains("epoch 3896842194");
  }

  @Test
  void aRecordThatIsBehindAHeaderCatchesUp() {
    VolumeState old =
        new VolumeState(
            6, EPOCH - 1, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    RingView a = empty(A, g(1));
    assertThat(Recovery.caughtUp(old, List.of(a), false, false).epoch()).isEqualTo(EPOCH);
  }

  private static RingView empty(int chunk, long base) {
    byte[] header = new byte[4096];
    ChunkHeader.BASE_G.set(header, 0, base);
    ChunkHeader.TAIL_PREV_G.set(header, 0, base);
    return new RingView(chunk, header, new RingScanner.Scan(List.of(), 0, base, 0, null));
  }

  /** When all copies of the newest record are lost, what its opening left is judged as its own. */
  @Test
  void aRecordThatIsBehindTheJournalsCatchesUp() throws IOException {
    VolumeState old =
        new VolumeState(
            6, EPOCH - 1, new byte[16], 0, new TreeMap<>(), List.of(), List.of(), List.of());
    RingView a =
        view(
            A,
            0,
            new long[] {((long) (EPOCH - 1) << 40) + 1, g(1), g(2)},
            new Fate[] {Fate.THERE, Fate.THERE, Fate.THERE},
            new int[][] {{A}, {A}, {A, B}});
    RingView b =
        view(
            B,
            0,
            new long[] {((long) (EPOCH - 1) << 40) + 2},
            new Fate[] {Fate.THERE},
            new int[][] {{B}});
    VolumeState caughtUp = Recovery.caughtUp(old, List.of(a, b), false, false);
    assertThat(caughtUp.epoch()).isEqualTo(EPOCH);
    assertThat(caughtUp.decision(EPOCH - 1).lastKept()).isEqualTo(((long) (EPOCH - 1) << 40) + 2);
    Decision found = Recovery.decide(caughtUp, List.of(a, b), false, false, Long.MAX_VALUE);
    assertThat(found.damaged()).isEmpty();
    assertThat(found.lastKept()).as("commit 2 is missing in B").isEqualTo(g(1));
  }

  @Test
  void aHoleBeforeRecordsThatADecisionDroppedIsNoDamage() throws IOException {
    RingView a =
        view(
            A,
            0,
            new long[] {g(1), g(2)},
            new Fate[] {Fate.LOST, Fate.THERE},
            new int[][] {{A}, {A}});
    assertThat(Recovery.damage(a.scan(), state(List.of(), List.of()), A)).isNotNull();
    VolumeState dropped = state(List.of(), List.of(new VolumeState.Decision(EPOCH, g(0))));
    assertThat(Recovery.damage(a.scan(), dropped, A)).isNull();
    VolumeState kept = state(List.of(), List.of(new VolumeState.Decision(EPOCH, g(1))));
    assertThat(Recovery.damage(a.scan(), kept, A)).isNotNull();
  }

  private static VolumeState state(
      List<VolumeState.Void> voids, List<VolumeState.Decision> decisions) {
    return new VolumeState(
        8, EPOCH + 1, new byte[16], 0, new TreeMap<>(), voids, decisions, List.of());
  }
}
