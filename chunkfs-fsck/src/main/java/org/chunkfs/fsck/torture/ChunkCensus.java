package org.chunkfs.fsck.torture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Crc;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.chunkfs.fsck.scan.TreeReader;

/** What one chunk holds, in sums: inodes with their names, attributes and content. */
final class ChunkCensus {
  /** Names whose hash is the same have keys that differ in these bits. */
  private static final long TIE = 0x7F;

  private static final int ZEROS = Crc.of(new byte[BlockHeader.BLOCK]);

  /** A directory entry. */
  record Entry(String name, long target, int generation) {}

  /** One inode. Content is a sum over its blocks, whatever lies where. */
  static final class Node {
    final long ino;
    final int generation;
    final int mode;
    final int flags;
    final long size;
    final long head;
    final int links;

    /** Owner, device and times. */
    final long attributes;

    final List<Entry> entries = new ArrayList<>();
    final List<Long> parts = new ArrayList<>();
    final Map<Integer, Integer> blocks = new HashMap<>();
    long content;
    long xattrs;

    /** Items of names and references: what a repair of another chunk may change. */
    long references;

    Node(long ino, byte[] block, int at) {
      this.ino = ino;
      generation = InodeRecord.GENERATION.get(block, at);
      mode = InodeRecord.MODE.get(block, at);
      flags = InodeRecord.FLAGS.get(block, at);
      size = InodeRecord.SIZE_BYTES.get(block, at);
      head = InodeRecord.HEAD.get(block, at);
      links = InodeRecord.NLINK.get(block, at);
      CRC32C crc = new CRC32C();
      crc.update(block, at + InodeRecord.UID.offset(), 8);
      crc.update(block, at + InodeRecord.RDEV.offset(), 8);
      crc.update(block, at + InodeRecord.ATIME.offset(), 32);
      attributes = crc.getValue();
    }

    boolean regular() {
      return mode >> 12 == 8;
    }

    boolean directory() {
      return mode >> 12 == 4;
    }

    boolean symlink() {
      return mode >> 12 == 10;
    }

    boolean continuation() {
      return (flags & InodeRecord.FLAG_CONTINUATION) != 0;
    }

    boolean index() {
      return (flags & InodeRecord.FLAG_INDEX) != 0;
    }
  }

  final Map<Long, Node> nodes = new TreeMap<>();

  private ChunkCensus() {}

  /** Counts a chunk that is in order. */
  static ChunkCensus of(ChunkScan scan) {
    ChunkCensus census = new ChunkCensus();
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    ChunkGeometry geometry = scan.geometry();
    for (int b = geometry.bodyStart(); table != null && b < geometry.bodyEnd(); b++) {
      byte[] bytes =
          blocks != null && table.kind(b) == BlockKind.INODES.code() ? blocks.get(b) : null;
      for (int slot = 0; bytes != null && slot < InodeRecord.PER_BLOCK; slot++) {
        int at = InodeRecord.offset(slot);
        if (blocks != null && InodeRecord.inUse(bytes, at)) {
          Node node = new Node(Ino.of(scan.chunk(), b, slot), bytes, at);
          census.nodes.put(node.ino, node);
          TreeReader.Sink sink =
              new TreeReader.Sink() {
                @Override
                public void item(Item item) {
                  take(node, table, item);
                }

                @Override
                public boolean page(int block, int level) {
                  return true;
                }
              };
          new TreeReader(scan, table, blocks, new Findings(scan.chunk()), node.ino, sink)
              .read(bytes, at);
        }
      }
    }
    return census;
  }

  private static void take(Node node, BlockTable table, Item item) {
    ItemType type = item.kind();
    byte[] value = item.value();
    switch (type) {
      case DIRENT -> {
        byte[] name = Arrays.copyOfRange(value, Items.Dirent.NAME, value.length);
        node.entries.add(
            new Entry(
                new String(name, java.nio.charset.StandardCharsets.ISO_8859_1),
                Items.Dirent.INO.get(value, 0),
                Items.Dirent.GENERATION.get(value, 0)));
        node.references += mix(untied(item));
      }
      case BACK_POINTER -> node.references += mix(untied(item));
      case CONTINUATION -> node.parts.add(Items.Continuation.INO.get(value, 0));
      case EXTENT -> extent(node, table, item);
      case INLINE -> node.content += mix(item);
      case XATTR -> node.xattrs += mix(item);
      case null -> {}
      default -> node.references += mix(item);
    }
  }

  /** A name is the same whichever of the keys that its hash allows it has. */
  private static Item untied(Item name) {
    return new Item(name.type(), name.major() & ~TIE, name.minor(), name.value());
  }

  private static void extent(Node node, BlockTable table, Item item) {
    int first = Items.Extent.BLOCK.get(item.value(), 0);
    int count = Items.Extent.COUNT.get(item.value(), 0);
    for (int i = 0; i < count; i++) {
      if ((table.flags(first + i) & TableEntry.UNWRITTEN) == 0) {
        int crc = table.crc(first + i);
        node.blocks.put(first + i, (int) (item.major() + i));
        node.content += crc == ZEROS ? 0 : mix(item.major() + i, crc);
      }
    }
  }

  private static long mix(Item item) {
    byte[] bytes = item.encode();
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return mix(item.major(), (int) crc.getValue());
  }

  private static long mix(long at, int crc) {
    long x = (at + 1) * 0x9E37_79B9_7F4A_7C15L ^ (crc & 0xFFFF_FFFFL) * 0xBF58_476D_1CE4_E5B9L;
    x = (x ^ x >>> 31) * 0x94D0_49BB_1331_11EBL;
    return x ^ x >>> 29;
  }
}
