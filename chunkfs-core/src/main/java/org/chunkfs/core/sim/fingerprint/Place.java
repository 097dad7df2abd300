package org.chunkfs.core.sim.fingerprint;

/** What a block of an image is, by the rows of the fingerprint. */
enum Place {
  SUPERBLOCK("superblock"),
  RING_MAP("ring map"),
  VOLUME_RECORD("volume record"),
  HEADER("chunk header"),
  TABLE_ROOT("table root"),
  JOURNAL("journal"),
  TABLE("block table"),
  CHUNK_STATE("chunk state"),
  INODES("inodes"),
  TREE("tree"),
  DATA("file data"),
  /** No block: what a flush is about. */
  CACHE("the device's cache");

  private final String title;

  Place(String title) {
    this.title = title;
  }

  /** How people call it. */
  String title() {
    return title;
  }
}
