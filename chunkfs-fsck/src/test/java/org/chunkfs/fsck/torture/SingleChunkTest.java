package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.problem.Finding;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.repair.SingleChunk;
import org.chunkfs.fsck.scan.HistoryScan;
import org.junit.jupiter.api.Test;

/** A chunk that is repaired by itself, by what the others say of it. */
final class SingleChunkTest {
  private static final long LAST = 9L << 40;

  /** Its name is taken back by the directory's chunk, which says nothing else of it. */
  @Test
  void anInodeThatLosesItsLastNameAcrossChunksGoesToLostFound() throws IOException {
    Specimen specimen = EmptyJournals.of(SampleImages.sample(0, 0).device());
    int tried = 0;
    for (Target entry : specimen.targets.of("dirent value.ino")) {
      long leads = ino(specimen, entry);
      Optional<Target> other =
          specimen.targets.of("dirent value.ino").stream()
              .filter(t -> t.chunk() == entry.chunk() && t.position() != entry.position())
              .filter(t -> isElsewhere(ino(specimen, t), entry.chunk(), Ino.chunk(leads)))
              .findFirst();
      if (Ino.chunk(leads) == entry.chunk() || other.isEmpty()) {
        continue;
      }
      tried++;
      ScratchDevice scratch = specimen.scratch();
      Damage damage = new Damage(specimen, scratch);
      damage.write(entry.position(), damage.read(other.get().position(), entry.size()));
      damage.seal(entry.position());
      List<String> log = new ArrayList<>();
      ImageCheck.Result found = specimen.check(scratch);
      HistoryScan history = Objects.requireNonNull(found.history());
      new SingleChunk(Image.of(scratch), Ino.chunk(leads), history, false)
          .repair(null, history.decision().lastKept(), LAST, found.facts(), List.of(), 1_000, log);
      List<Finding> left =
          specimen.check(scratch).findings().list().stream()
              .filter(f -> f.chunk() == Ino.chunk(leads))
              .filter(
                  f -> f.problem() == Problem.UNREACHABLE || f.problem() == Problem.ORPHAN_MISSING)
              .toList();
      assertThat(left).as("%s; did %s", Ino.show(leads), log).isEmpty();
    }
    assertThat(tried).isPositive();
  }

  private static boolean isElsewhere(long ino, int chunk, int other) {
    return Ino.chunk(ino) != chunk && Ino.chunk(ino) != other;
  }

  private static long ino(Specimen specimen, Target entry) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      specimen.device.read(entry.position(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.getLong(0);
  }
}
