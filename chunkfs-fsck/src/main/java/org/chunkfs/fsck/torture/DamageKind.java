package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** The kinds of damage that a campaign does. */
public enum DamageKind {
  /** One field of one record, in one of eight ways. */
  FIELDS,
  /** One to three blocks: zeroed, random, swapped, older, or another chunk's. */
  BLOCKS,
  /** Runs of blocks, up to a whole chunk. */
  RUNS,
  /** Members that are cut short or missing. */
  MEMBERS,
  /** Two to twenty of fields and blocks at once. */
  MANY;

  /** What it is called. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of that name. */
  public static Optional<DamageKind> of(String text) {
    return List.of(values()).stream().filter(k -> k.text().equals(text)).findFirst();
  }

  /** Does it to an image; half of the cases recompute checksums. */
  void apply(Specimen specimen, Damage damage, SplittableRandom random) throws IOException {
    boolean seal = random.nextBoolean();
    DamageMaker maker = new DamageMaker(specimen, damage, random);
    switch (this) {
      case FIELDS -> maker.field(seal, true);
      case BLOCKS -> {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          maker.block(seal);
        }
      }
      case RUNS -> maker.run();
      case MEMBERS ->
          throw new IllegalStateException(
              "members are cut by MemberTrial, not in an image's bytes");
      case MANY -> {
        for (int i = 2 + random.nextInt(19); i > 0; i--) {
          if (random.nextInt(3) == 0) {
            maker.block(seal);
          } else {
            maker.field(seal, false);
          }
        }
      }
    }
  }
}
