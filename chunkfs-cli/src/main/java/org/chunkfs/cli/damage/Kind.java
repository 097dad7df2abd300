package org.chunkfs.cli.damage;

import java.util.Locale;

/** What is done to the bytes. */
public enum Kind {
  /** One bit. */
  FLIP,
  /** Zeros, for a sector or the whole. */
  ZERO,
  /** Other bytes, for a sector or the whole. */
  RANDOM,
  /** Two places of the same kind change their bytes. */
  SWAP,
  /** One field gets another value. */
  FIELD;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
