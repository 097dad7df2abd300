package org.chunkfs.core.sim.fingerprint;

import java.util.Arrays;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.JournalRecord;
import org.chunkfs.core.format.Superblock;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.RingMap;

/** Says of any block of an image of one member what it is. */
final class PlaceMap {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final ImageLayout layout;

  /**
   * A block.
   *
   * @param chunk that it lies in; -1: none
   */
  record Spot(Place place, int chunk) {}

  PlaceMap(ImageLayout layout) {
    this.layout = layout;
  }

  /**
   * What the block at a position is.
   *
   * @param bytes with its content
   * @param at where in them it begins
   */
  Spot of(long position, byte[] bytes, int at) {
    long first = Superblock.FIRST_CHUNK_BLOCK * (long) BLOCK;
    if (position < first) {
      long block = position / BLOCK;
      boolean map =
          block >= Superblock.RING_MAP_BLOCK
              && block < Superblock.RING_MAP_BLOCK + RingMap.count(layout, 0);
      return new Spot(map ? Place.RING_MAP : Place.SUPERBLOCK, -1);
    }
    int chunk = layout.chunks() - 1;
    while (layout.base(chunk) > position) {
      chunk--;
    }
    int block = (int) ((position - layout.base(chunk)) / BLOCK);
    return new Spot(inChunk(layout.geometry(chunk), block, bytes, at), chunk);
  }

  /** Whether a fault of a block can matter: zeros hold nothing, nor does a journal's mere stamp. */
  static boolean holds(Place place, byte[] bytes, int at) {
    int end = Math.min(bytes.length, at + BLOCK);
    return switch (place) {
      case DATA -> !Arrays.equals(bytes, at, end, new byte[end - at], 0, end - at);
      case JOURNAL ->
          JournalRecord.MAGIC.get(bytes, at) == JournalRecord.MAGIC_VALUE
              && JournalRecord.TYPE.get(bytes, at) == JournalRecord.COMMIT;
      default -> true;
    };
  }

  private static Place inChunk(ChunkGeometry geometry, int block, byte[] bytes, int at) {
    if (block == geometry.header(0) || block == geometry.header(1)) {
      return Place.HEADER;
    }
    if (block >= geometry.volumeRecord(0) && block < geometry.ringStart()) {
      return Place.VOLUME_RECORD;
    }
    if (within(block, geometry.root(0), geometry.rootBlocks())
        || within(block, geometry.root(1), geometry.rootBlocks())) {
      return Place.TABLE_ROOT;
    }
    if (within(block, geometry.ringStart(), geometry.ringBlocks())) {
      return Place.JOURNAL;
    }
    if (geometry.inTable(block)) {
      return Place.TABLE;
    }
    return body(bytes, at);
  }

  private static boolean within(int block, int start, int count) {
    return block >= start && block < start + count;
  }

  private static Place body(byte[] bytes, int at) {
    if (bytes.length < at + BlockHeader.SIZE
        || BlockHeader.MAGIC.get(bytes, at) != BlockHeader.MAGIC_VALUE) {
      return Place.DATA;
    }
    return switch (BlockKind.of(BlockHeader.KIND.get(bytes, at))) {
      case CHUNK_STATE -> Place.CHUNK_STATE;
      case INODES -> Place.INODES;
      case TREE -> Place.TREE;
      case null, default -> Place.DATA;
    };
  }
}
