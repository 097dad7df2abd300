package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.chunkfs.core.format.Ino;
import org.junit.jupiter.api.Test;

final class KnownNodesTest {
  private final KnownNodes known = new KnownNodes();

  @Property(tries = 50, seed = "2201")
  void knowsWhatItWasToldAndHasNotForgotten(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    KnownNodes nodes = new KnownNodes();
    Map<Long, Integer> model = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      long ino = Ino.of(random.nextInt(3), random.nextInt(100), random.nextInt(8));
      int generation = 65_530 + random.nextInt(2);
      long node = Ino.id(ino, generation);
      if (random.nextInt(3) > 0) {
        nodes.told(node);
        model.merge(node, 1, Integer::sum);
        model.remove(Ino.id(ino, generation == 65_530 ? 65_531 : 65_530)); // an inode that is gone
      } else {
        int entries = 1 + random.nextInt(3);
        nodes.forgotten(node, entries);
        model.computeIfPresent(node, (_, n) -> n > entries ? n - entries : null);
      }
    }
    assertThat(nodes.which(_ -> true).boxed().toList())
        .containsExactlyInAnyOrderElementsOf(model.keySet());
    assertThat(nodes.which(node -> Ino.chunk(node) == 1).boxed())
        .allMatch(node -> Ino.chunk(node) == 1);
  }

  @Test
  void whatItWasToldTooOftenToCountStaysKnown() {
    long node = Ino.id(Ino.of(5, 77, 3), 9);
    for (int i = 0; i < 300; i++) {
      known.told(node);
    }
    known.forgotten(node, 300);
    assertThat(known.which(_ -> true).toArray()).containsExactly(node);
  }

  /** The kernel may know millions of inodes; the server's memory must not grow with them much. */
  @Test
  void millionsFitInLittleMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long before = runtime.totalMemory() - runtime.freeMemory();
    int count = 1_400_000;
    for (int i = 0; i < count; i++) {
      known.told(Ino.id(Ino.of(i / 28_000, 10 + i % 28_000 / 7, 1 + i % 7), 1));
    }
    System.gc();
    long bytes = runtime.totalMemory() - runtime.freeMemory() - before;
    assertThat(bytes / (double) count).isLessThan(32);
    assertThat(known.which(_ -> true).count()).isEqualTo(count);
  }
}
