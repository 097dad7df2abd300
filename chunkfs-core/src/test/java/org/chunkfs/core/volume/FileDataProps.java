package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.chunkfs.core.volume.FileModel.Step;

/** A file holds what was written to it, whatever was done to it in between. */
final class FileDataProps {
  private static final int LIMIT = 20 << 20;

  @Provide
  Arbitrary<List<Step>> small() {
    return steps(200_000, 20_000);
  }

  @Provide
  Arbitrary<List<Step>> large() {
    return steps(LIMIT, 4 << 20);
  }

  private static Arbitrary<List<Step>> steps(int range, int longest) {
    Arbitrary<Integer> places =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, range - 1),
            Arbitraries.integers().between(0, range / 4096 - 1).map(b -> b * 4096));
    Arbitrary<Integer> lengths =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, longest),
            Arbitraries.integers().between(1, longest / 4096).map(b -> b * 4096),
            Arbitraries.integers().between(1, 5000));
    return Combinators.combine(Arbitraries.integers().between(0, 14), places, lengths)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property(tries = 150, seed = "1030")
  void insideOneChunk(@ForAll("small") List<Step> steps) throws IOException {
    run(3, 200_000, steps);
  }

  @Property(tries = 60, seed = "1031")
  void overManyChunksAndBeyond(@ForAll("large") List<Step> steps) throws IOException {
    run(5, LIMIT, steps);
  }

  private static void run(int chunks, int limit, List<Step> steps) throws IOException {
    FileModel model = new FileModel(chunks, limit);
    try {
      for (Step step : steps) {
        model.run(step);
      }
      model.finish();
    } finally {
      model.volume.close();
    }
  }
}
