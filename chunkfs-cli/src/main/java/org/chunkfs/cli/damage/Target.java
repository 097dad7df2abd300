package org.chunkfs.cli.damage;

import java.util.Locale;

/** Which kind of structure is damaged. */
public enum Target {
  SUPERBLOCK,
  HEADER,
  VOLUME,
  ROOT,
  JOURNAL,
  TABLE,
  INODE,
  TREE,
  DATA;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
