package org.chunkfs.fsck.torture;

import java.util.List;

/**
 * What came of one case.
 *
 * @param name {@code kind:seed:number}: what to give for running it again alone
 * @param damage what was done, in a sentence
 * @param sealed whether checksums were recomputed
 * @param detected whether the check found anything
 * @param repaired whether there was anything to repair
 * @param killed how many repairs were killed and run again
 * @param metadata how many metadata blocks were damaged
 * @param files regular files whose own data was untouched
 * @param kept how many of them keep content and path
 * @param violations broken promises, in words; empty: all were kept
 */
public record Verdict(
    String name,
    String damage,
    boolean sealed,
    boolean detected,
    boolean repaired,
    int killed,
    int metadata,
    int files,
    int kept,
    List<String> violations) {

  /** The case in a few lines. */
  @Override
  public String toString() {
    return name
        + ": "
        + damage
        + (violations.isEmpty() ? "" : "\n  " + String.join("\n  ", violations));
  }
}
