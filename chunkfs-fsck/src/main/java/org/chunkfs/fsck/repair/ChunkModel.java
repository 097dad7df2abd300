package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.check.ItemSieve;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.chunkfs.fsck.scan.TreeReader;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be saved of a chunk's metadata, taken out of its blocks: inodes with their
 * items. The repairs change this; {@link ChunkImage} makes blocks of it again.
 *
 * <p>An inode is believed if its own checksum holds, else if its fields are possible. Items come
 * from its tree; where that is damaged, from all of its leaf pages that can be found.
 */
final class ChunkModel {
  final ChunkScan scan;
  final ChunkGeometry geometry;
  final BlockTable table;
  final MetaBlocks blocks;
  final TreeMap<Long, InodeModel> inodes = new TreeMap<>();

  /** Blocks that may hold inodes, or pages, though the table does not say so. */
  private final BitSet found = new BitSet();

  private final List<String> log;

  private ChunkModel(ChunkScan scan, BlockTable table, MetaBlocks blocks, List<String> log) {
    this.scan = scan;
    this.geometry = scan.geometry();
    this.table = table;
    this.blocks = blocks;
    this.log = log;
  }

  /**
   * Saves what can be saved.
   *
   * @param log what had to be given up
   */
  static ChunkModel load(ChunkScan scan, BlockTable table, MetaBlocks blocks, List<String> log) {
    return load(scan, table, blocks, log, _ -> true);
  }

  /**
   * The same of some inodes.
   *
   * @param wanted picks them; they have no items yet
   */
  static ChunkModel load(
      ChunkScan scan,
      BlockTable table,
      MetaBlocks blocks,
      List<String> log,
      Predicate<InodeModel> wanted) {
    ChunkModel model = new ChunkModel(scan, table, blocks, log);
    model.findInodes();
    model.inodes.values().removeIf(wanted.negate());
    model.findItems();
    return model;
  }

  int chunk() {
    return scan.chunk();
  }

  @Nullable InodeModel get(long ino) {
    return inodes.get(ino);
  }

  /** One of the chunk's own index inodes; there after {@link LocalRepair}. */
  InodeModel own(int slot) {
    InodeModel inode = inodes.get(Ino.of(chunk(), geometry.indexBlock(), slot));
    if (inode == null) {
      throw new IllegalStateException("chunk " + chunk() + " has no index inode " + slot);
    }
    return inode;
  }

  /** Is another number after any of its inodes was changed, references aside. */
  long version() {
    long version = inodes.size();
    for (InodeModel inode : inodes.values()) {
      version = inode.index() ? version : version * 31 + inode.version();
    }
    return version;
  }

  /**
   * The chunks that its references lead to or come from, if both indexes are there without any
   * damage, else null: then there may be others.
   */
  @Nullable Set<Integer> referenced() {
    Set<Integer> chunks = new HashSet<>();
    if (blocks.doubtful(geometry.indexBlock())) {
      return null;
    }
    for (int slot : new int[] {ChunkGeometry.XREFS_OUT, ChunkGeometry.XREFS_IN}) {
      InodeModel index = inodes.get(Ino.of(chunk(), geometry.indexBlock(), slot));
      if (index == null
          || index.rewrite
          || InodeRecord.crc(index.record, 0, index.ino) != InodeRecord.CRC.get(index.record, 0)) {
        return null;
      }
      for (Item item : index.items) {
        chunks.add(Ino.chunk(item.major()));
        if (item.kind() == ItemType.XREF_IN) {
          chunks.add(Items.XrefIn.CHUNK.get(item.value(), 0));
        }
      }
    }
    return chunks;
  }

  private void findInodes() {
    for (int block = geometry.bodyStart(); block < geometry.bodyEnd(); block++) {
      byte[] bytes;
      if (table.kind(block) == BlockKind.INODES.code()) {
        bytes = blocks.get(block);
      } else if (table.trust(block) == BlockTable.Trust.GOOD && block != geometry.indexBlock()) {
        continue;
      } else {
        bytes = probe(block, BlockKind.INODES);
        if (bytes == null) {
          if (probe(block, BlockKind.TREE) != null) {
            found.set(block);
          }
          continue;
        }
      }
      if (bytes != null) {
        takeInodes(block, bytes);
      }
    }
  }

  /** A block of which the table says nothing, if it says itself what it is. */
  private byte @Nullable [] probe(int block, BlockKind kind) {
    byte[] bytes = blocks.get(block);
    return bytes != null
            && BlockHeader.problem(bytes, kind, scan.reader().layout().uuid(), chunk(), block)
                == null
        ? bytes
        : null;
  }

  private void takeInodes(int block, byte[] bytes) {
    boolean foreign =
        BlockHeader.CHUNK.get(bytes, 0) != chunk() || BlockHeader.ADDRESS.get(bytes, 0) != block;
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = InodeRecord.offset(slot);
      long ino = Ino.of(chunk(), block, slot);
      byte[] record = Arrays.copyOfRange(bytes, at, at + InodeRecord.SIZE);
      if (Bytes.zero(record, 0, record.length)) {
        continue;
      }
      boolean good =
          InodeRecord.inUse(record, 0)
              && InodeRecord.crc(record, 0, ino) == InodeRecord.CRC.get(record, 0);
      boolean free =
          table.trust(block) == BlockTable.Trust.GOOD
              && table.kind(block) == BlockKind.INODES.code()
              && (table.logical(block) >>> slot & 1) == 0;
      boolean plausible = good || !free && !foreign && InodeRecord.SIZE_BYTES.get(record, 0) >= 0;
      if (InodeRecord.inUse(record, 0) && plausible && possible(block, slot, record)) {
        inodes.put(ino, new InodeModel(ino, record));
        if (!good) {
          log.add("keep inode %s, whose checksum is wrong".formatted(Ino.show(ino)));
        }
      } else {
        log.add("give up inode %s: its record makes no sense".formatted(Ino.show(ino)));
      }
    }
  }

  private boolean possible(int block, int slot, byte[] record) {
    boolean own = block == geometry.indexBlock() && slot <= ChunkGeometry.XREFS_IN;
    int flags = InodeRecord.FLAGS.get(record, 0);
    int mode = InodeRecord.MODE.get(record, 0);
    return own
        ? flags == InodeRecord.FLAG_INDEX && mode == 0
        : ItemSieve.possibleMode(mode)
            && (flags & ~(InodeRecord.FLAG_CONTINUATION | InodeRecord.FLAG_SPREAD)) == 0
            && Integer.bitCount(flags) <= 1
            && (flags == 0 || mode >> 12 == Vfs.S_IFREG >> 12 || mode >> 12 == Vfs.S_IFDIR >> 12);
  }

  private void findItems() {
    BitSet used = new BitSet();
    ItemSieve sieve = new ItemSieve(scan, table, blocks);
    List<InodeModel> broken = new ArrayList<>();
    for (InodeModel inode : inodes.values()) {
      if (!readItems(inode, used)) {
        broken.add(inode);
      }
    }
    for (InodeModel inode : broken) {
      leaves(inode);
      inode.pages.clear();
      inode.rewrite = true;
    }
    for (InodeModel inode : inodes.values()) {
      List<Item> good = sieve.sieve(inode.ino, inode.record, inode.items);
      if (good.size() != inode.items.size()) {
        log.add(
            "drop %d items of inode %s"
                .formatted(inode.items.size() - good.size(), Ino.show(inode.ino)));
        inode.items.clear();
        inode.items.addAll(good);
        inode.rewrite = true;
      }
    }
  }

  private boolean readItems(InodeModel inode, BitSet used) {
    Findings none = new Findings(chunk());
    TreeReader.Sink sink =
        new TreeReader.Sink() {
          @Override
          public void item(Item item) {
            inode.items.add(item);
          }

          @Override
          public boolean page(int block, int level) {
            boolean mine =
                !used.get(block)
                    && table.owner(block) == inode.ino
                    && table.ownerGeneration(block) == inode.generation()
                    && table.logical(block) == level
                    && table.flags(block) == 0;
            if (mine) {
              used.set(block);
              inode.pages.add(new int[] {block, level});
            }
            return mine;
          }
        };
    return new TreeReader(scan, table, blocks, none, inode.ino, sink).read(inode.record, 0);
  }

  /** All leaf pages of an inode, in its tree or not. */
  private void leaves(InodeModel inode) {
    for (int block = geometry.bodyStart(); block < geometry.bodyEnd(); block++) {
      boolean listed =
          table.kind(block) == BlockKind.TREE.code() && table.owner(block) == inode.ino;
      if (!listed && !found.get(block)) {
        continue;
      }
      byte[] page = blocks.get(block);
      if (page == null
          || BlockHeader.OWNER.get(page, 0) != inode.ino
          || TreePage.LEVEL.get(page, 0) != 0) {
        continue;
      }
      List<Item> items = new ArrayList<>();
      TreeReader.decode(page, inode.ino, 0, items);
      inode.items.addAll(items);
    }
  }
}
