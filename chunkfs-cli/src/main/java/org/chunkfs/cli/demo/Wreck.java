package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.chunkfs.cli.inspect.ChunkReader;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of one chunk, chosen to be overwritten behind the server's back: pages of directories'
 * trees, blocks of inodes of files, and a block of the block table. Only blocks that the chunk's
 * journal would not bring back; and, unless it is to be ruthless, names and inodes of which no
 * other chunk knows, so that the chunk can be repaired from what is in it.
 */
final class Wreck {
  private static final int PAGES = 3;
  private static final int INODE_BLOCKS = 2;
  private static final int BLOCK = BlockHeader.BLOCK;

  private final int chunk;
  private final boolean ruthless;
  private final List<Integer> pages = new ArrayList<>();
  private final List<Integer> inodes = new ArrayList<>();
  private final List<Integer> tables = new ArrayList<>();
  private final Set<Long> hit = new HashSet<>();

  private Wreck(int chunk, boolean ruthless) {
    this.chunk = chunk;
    this.ruthless = ruthless;
  }

  /**
   * Chooses blocks of a chunk.
   *
   * @param ruthless whether to take names and inodes that other chunks know of, too
   * @return null if the chunk does not have blocks of all kinds that can be wrecked for show
   */
  static @Nullable Wreck plan(Path image, int chunk, Corpus corpus, boolean ruthless)
      throws IOException {
    try (Image opened = Image.open(List.of(image), Mode.READ_ONLY)) {
      ChunkReader reader = new ChunkReader(opened, chunk);
      Wreck wreck = new Wreck(chunk, ruthless);
      Set<Integer> journaled = reader.overlay().keySet();
      ChunkGeometry geometry = reader.geometry();
      for (int b = geometry.indexBlock() + 1; b < geometry.bodyEnd(); b++) {
        if (!journaled.contains(b)) {
          wreck.consider(reader, b, corpus);
        }
      }
      wreck.considerTables(reader, journaled);
      boolean whole = !wreck.pages.isEmpty() && !wreck.inodes.isEmpty() && !wreck.tables.isEmpty();
      return whole ? wreck : null;
    }
  }

  private void consider(ChunkReader reader, int block, Corpus corpus) throws IOException {
    byte[] entry = reader.entry(block, true);
    int kind = TableEntry.KIND.get(entry, 0);
    if (kind == BlockKind.TREE.code() && pages.size() < PAGES) {
      long owner = TableEntry.OWNER.get(entry, 0);
      byte[] inode = reader.block(Ino.block(owner), true);
      int mode = InodeRecord.MODE.get(inode, InodeRecord.offset(Ino.slot(owner)));
      boolean directory = (mode & Vfs.S_IFMT) == Vfs.S_IFDIR;
      if (directory && (ruthless || holdsLocalNames(reader.block(block, true)))) {
        pages.add(block);
      }
    } else if (kind == BlockKind.INODES.code() && inodes.size() < INODE_BLOCKS) {
      List<Long> numbers = new ArrayList<>();
      for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
        long ino = Ino.of(chunk, block, slot);
        DemoFile file = corpus.byIno(ino);
        if (file != null && (ruthless || file.directory() == chunk)) {
          numbers.add(ino);
        }
      }
      // Directories and the writers' own files are not for this.
      if (numbers.size() == InodeRecord.PER_BLOCK) {
        inodes.add(block);
        hit.addAll(numbers);
      }
    }
  }

  /** Whether a page has nothing but names of inodes in this chunk. */
  private boolean holdsLocalNames(byte[] page) {
    int count = TreePage.COUNT.get(page, 0);
    for (int i = 0; i < count; i++) {
      int slot = TreePage.SLOTS + 2 * i;
      int item = (page[slot] & 0xFF) | (page[slot + 1] & 0xFF) << 8;
      if (page[item] != ItemType.DIRENT.code()
          || Ino.chunk(Items.Dirent.INO.get(page, item + ItemType.DIRENT.head())) != chunk) {
        return false;
      }
    }
    return count > 0 && TreePage.LEVEL.get(page, 0) == 0;
  }

  /** The fullest block of the table, apart from the one that tells of the chunk's own blocks. */
  private void considerTables(ChunkReader reader, Set<Integer> journaled) throws IOException {
    ChunkGeometry geometry = reader.geometry();
    int most = 0;
    int fullest = -1;
    for (int table = geometry.tableBlock(geometry.indexBlock()) + 1;
        table < geometry.tableStart() + geometry.tableBlocks();
        table++) {
      byte[] entries = reader.table(table, true);
      int used = 0;
      for (int i = 0; i < TableEntry.PER_BLOCK; i++) {
        used += TableEntry.KIND.get(entries, TableEntry.offset(i)) == 0 ? 0 : 1;
      }
      if (used > most && !journaled.contains(table)) {
        most = used;
        fullest = table;
      }
    }
    if (fullest >= 0) {
      tables.add(fullest);
    }
  }

  int chunk() {
    return chunk;
  }

  /** The inodes that stand in the blocks chosen: what is only there is lost. */
  Set<Long> hit() {
    return hit;
  }

  /** Overwrites the blocks with noise, through the host's page cache. */
  void apply(Path image, SplittableRandom random) throws IOException {
    List<Integer> blocks = new ArrayList<>(pages);
    blocks.addAll(inodes);
    blocks.addAll(tables);
    long base;
    try (Image opened = Image.open(List.of(image), Mode.READ_ONLY)) {
      base = opened.layout().base(chunk);
    }
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      for (int block : blocks) {
        byte[] noise = new byte[BLOCK];
        random.nextBytes(noise);
        ByteBuffer source = ByteBuffer.wrap(noise);
        while (source.hasRemaining()) {
          file.write(source, base + (long) block * BLOCK + source.position());
        }
      }
    }
  }

  /** What is overwritten, in words. */
  String describe() {
    return "%d pages of names, %d blocks with the inodes of %d files, %d block of the table"
        .formatted(pages.size(), inodes.size(), hit.size(), tables.size());
  }
}
