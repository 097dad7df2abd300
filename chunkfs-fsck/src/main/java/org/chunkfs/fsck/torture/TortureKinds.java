package org.chunkfs.fsck.torture;

import java.util.List;
import org.chunkfs.core.sim.Soak;

/** The kinds of torture that need nothing but memory. */
public final class TortureKinds {
  private static final List<TortureKind> ALL =
      List.of(
          new SoakKind(
              Soak.Kind.MODEL, 300, "answers as a reference filesystem, through kills and crashes"),
          new SoakKind(Soak.Kind.WIDE, 1500, "the same with directories of hundreds of names"),
          new SoakKind(Soak.Kind.FULL, 1000, "the same on images that fill up"),
          new SoakKind(
              Soak.Kind.PROCESS_DEATH,
              150,
              "dies at any write: all that was acknowledged is there"),
          new SoakKind(
              Soak.Kind.POWER_LOSS, 150, "loses unflushed sectors: a prefix, durable part whole"),
          new BoundedKind(),
          new SoakKind(Soak.Kind.CHUNK_CRASH, 1000, "chunks crash under load: nobody else notices"),
          new SoakKind(Soak.Kind.HANG, 400, "a chunk's writes hang: it is fenced, others go on"),
          new SoakKind(
              Soak.Kind.DAMAGE,
              400,
              "reads and writes of a chunk fail: no wrong answer, no other chunk" + " out"),
          new FlipKind(),
          new CorruptionKind(
              DamageKind.FIELDS, "a field is damaged: found, repaired, contained, used again"),
          new CorruptionKind(DamageKind.BLOCKS, "one to three blocks are: the same"),
          new CorruptionKind(DamageKind.RUNS, "runs of blocks, up to a chunk, are: the same"),
          new CorruptionKind(DamageKind.MEMBERS, "members are cut short or missing: the same"),
          new CorruptionKind(DamageKind.MANY, "two to twenty places are damaged: the same"));

  private TortureKinds() {}

  /** All of them, in the order in which they are shown. */
  public static List<TortureKind> inMemory() {
    return ALL;
  }
}
