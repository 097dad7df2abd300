package org.chunkfs.core.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.Continuations.Range;
import org.chunkfs.core.volume.Vfs.Creation;

/** The map of parts against an array that says for each key whose it is. */
final class ContinuationsProps {
  private static final int KEYS = 60;
  private static final int CHUNKS = 4;

  /** The range {@code from} to {@code to} goes to the part in a chunk. */
  record Move(int from, int to, int chunk) {}

  @Provide
  Arbitrary<List<Move>> moves() {
    Arbitrary<Integer> key = Arbitraries.integers().between(0, KEYS);
    return Combinators.combine(key, key, Arbitraries.integers().between(0, CHUNKS - 1))
        .as((a, b, c) -> new Move(Math.min(a, b), Math.max(a, b), c))
        .list()
        .ofMinSize(1)
        .ofMaxSize(25);
  }

  @Property(tries = 60, seed = "1029")
  void rangesAreWhatWasMapped(@ForAll("moves") List<Move> moves) throws IOException {
    MemoryDevice device = new MemoryDevice((1L + 4 * CHUNKS) << 20);
    ChunkFs.format(device, FormatOptions.seeded(5, 1).withChunkBytes(4 << 20));
    try (Volume volume = Volume.open(Image.of(device), VolumeOptions.defaults())) {
      long head =
          volume.create(volume.root(), "f".getBytes(UTF_8), new Creation(0x1A4, 0, 0, 0)).id();
      long[] owners = new long[KEYS + 1];
      Arrays.fill(owners, head);
      for (Move move : moves) {
        apply(volume.engine(), head, move, owners);
        check(volume.engine(), head, owners);
      }
      dropAll(volume.engine(), head);
    }
  }

  private static void apply(Engine engine, long head, Move move, long[] owners) throws IOException {
    long to = move.to == KEYS ? Continuations.END : move.to;
    if (move.from == move.to) {
      return;
    }
    long part =
        engine.update(
            engine.deadline(),
            false,
            tx -> {
              List<Long> before = Continuations.parts(tx.of(head), head);
              long p = Continuations.create(tx, head, move.chunk);
              assertThat(Continuations.create(tx, head, move.chunk)).isEqualTo(p);
              Continuations.map(tx, head, move.from, to, p);
              for (long old : before) {
                if (!Continuations.mapped(tx.of(head), head, old)) {
                  Continuations.drop(tx, head, old);
                }
              }
              return p;
            },
            Ino.chunk(head));
    Arrays.fill(owners, move.from, move.to == KEYS ? KEYS + 1 : move.to, part);
  }

  private static void check(Engine engine, long head, long[] owners) throws IOException {
    List<Range> expected = new ArrayList<>();
    int start = 0;
    for (int k = 1; k <= KEYS + 1; k++) {
      if (k == KEYS + 1 || owners[k] != owners[start]) {
        expected.add(new Range(owners[start], start, k == KEYS + 1 ? Continuations.END : k));
        start = k;
      }
    }
    List<Long> parts = Arrays.stream(owners).filter(o -> o != head).distinct().boxed().toList();
    engine.read(
        Ino.chunk(head),
        engine.deadline(),
        c -> {
          assertThat(Continuations.ranges(c, head)).isEqualTo(expected);
          assertThat(Continuations.parts(c, head)).isEqualTo(parts);
          for (int k = 0; k <= KEYS; k++) {
            assertThat(Continuations.partFor(c, head, k)).isEqualTo(owners[k]);
            Range range = Continuations.rangeFor(c, head, k);
            assertThat(range.contains(k)).isTrue();
            assertThat(expected).contains(range);
          }
          assertThat(ChunkStateBlock.XREFS_OUT.get(c.get(c.geometry().stateBlock()), 0))
              .isEqualTo(parts.size());
          int flags = InodeRecord.FLAGS.get(Inodes.bytes(c, Ino.ofId(head)), at(head));
          assertThat((flags & InodeRecord.FLAG_SPREAD) != 0).isEqualTo(!parts.isEmpty());
          return null;
        });
    for (long part : parts) {
      engine.read(
          Ino.chunk(part),
          engine.deadline(),
          c -> {
            Inodes.find(c, part);
            byte[] bytes = Inodes.bytes(c, Ino.ofId(part));
            assertThat(InodeRecord.HEAD.get(bytes, at(part))).isEqualTo(Ino.ofId(head));
            assertThat(InodeRecord.FLAGS.get(bytes, at(part)))
                .isEqualTo(InodeRecord.FLAG_CONTINUATION);
            assertThat(ChunkStateBlock.XREFS_IN.get(c.get(c.geometry().stateBlock()), 0))
                .isEqualTo(1);
            return null;
          });
    }
  }

  private static int at(long id) {
    return Inodes.at(Ino.ofId(id));
  }

  private static void dropAll(Engine engine, long head) throws IOException {
    engine.update(
        engine.deadline(),
        true,
        tx -> {
          for (long part : Continuations.parts(tx.of(head), head)) {
            Continuations.drop(tx, head, part);
          }
          return null;
        },
        Ino.chunk(head));
    long[] all = new long[KEYS + 1];
    Arrays.fill(all, head);
    check(engine, head, all);
  }
}
