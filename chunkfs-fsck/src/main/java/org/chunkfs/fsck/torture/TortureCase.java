package org.chunkfs.fsck.torture;

import java.util.List;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.sim.Op;
import org.jspecify.annotations.Nullable;

/**
 * A case in which a promise was broken: all that is needed to run it again.
 *
 * @param kind the name of its {@link TortureKind}
 * @param seed of its round
 * @param number of its round
 * @param what was broken, in words
 * @param script what leads to it, a step a line, as its kind reads it
 * @param image the image in the state in which it showed; null if the script says it all
 */
public record TortureCase(
    String kind,
    long seed,
    long number,
    String what,
    List<String> script,
    @Nullable BlockDevice image) {
  /** Copies the list. */
  public TortureCase {
    script = List.copyOf(script);
  }

  /** A case whose script is a workload. */
  static TortureCase of(
      String kind,
      long seed,
      long number,
      String what,
      List<Op> steps,
      @Nullable BlockDevice image) {
    return new TortureCase(
        kind, seed, number, what, steps.stream().map(Op::toString).toList(), image);
  }
}
