package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.format.Generation;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.jspecify.annotations.Nullable;

/**
 * Proves in one pass over its blocks that nothing is wrong with a chunk, or gives up: then the
 * passes of {@link ChunkCheck} say what is wrong, if anything is.
 *
 * <p>It may call sound only what those passes would find nothing in. What is rare in sound chunks
 * (orphans, names with nearly the same hash) it leaves to them too. It makes no objects for what it
 * looks at: that local names have their back pointers is shown by {@link NameSums} instead of by
 * finding each. The chunk's own indexes come first: they tell which names have their other end
 * elsewhere, also in directories that lie in several chunks.
 */
final class QuickCheck {
  private static final int DIRECTORY = Vfs.S_IFDIR >> 12;
  private static final int REGULAR = Vfs.S_IFREG >> 12;

  /** Inodes that can wait until all blocks have been read: 2 MiB of them. */
  private static final int WAITING = 4096;

  /** An inode with a tree. */
  private record Rooted(long ino, byte[] record) {}

  private final BlockTable table;
  private final MetaBlocks blocks;
  private final ChunkGeometry geometry;
  private final int chunk;
  private final long root;
  private final QuickItems items;

  final ChunkFacts facts;
  final NameSums entries;
  final NameSums backs;
  final Map<Long, Long> parents = new HashMap<>();
  private final BitSet used = new BitSet();

  /** Files and directories, by their heads, that have a part here, or their head here. */
  private final Set<Long> apart = new HashSet<>();

  /** Names here with an entry elsewhere, as the index has them; in order once it was read. */
  private long[] inbound = new long[64];

  private int inboundCount;

  /** Directories here that have entries elsewhere, as names here say. */
  private final Set<Long> entriesElsewhere = new HashSet<>();

  /** Their pages lie anywhere: looked for only when the blocks have been read in their order. */
  private final List<Rooted> waiting = new ArrayList<>();

  private byte @Nullable [] state;
  private int free;
  private int owned;
  private int claimed;
  private int maxGeneration;
  private boolean rootSeen;
  private boolean sound = true;

  private QuickCheck(ChunkScan scan, BlockTable table, MetaBlocks blocks, Crossings crossings) {
    this.table = table;
    this.blocks = blocks;
    this.geometry = scan.geometry();
    this.chunk = scan.chunk();
    this.root = scan.reader().layout().root();
    this.facts = ChunkFacts.of(chunk, crossings);
    this.entries = new NameSums();
    this.backs = new NameSums();
    this.items = new QuickItems(this, blocks, scan.reader().layout());
  }

  /**
   * What the passes over all chunks need, if the chunk is proved to be sound; else null.
   *
   * @param crossings takes what crosses the chunk's border; of no use if the result is null
   */
  static @Nullable ChunkFacts run(
      ChunkScan scan, BlockTable table, MetaBlocks blocks, Crossings crossings) {
    if (scan.findings().anyWrong() || !table.allGood() || scan.overlay().anyLost()) {
      return null;
    }
    QuickCheck check = new QuickCheck(scan, table, blocks, crossings);
    return check.all() && !scan.findings().anyWrong() ? check.facts : null;
  }

  private boolean all() {
    if (!table() || !indexes()) {
      return false;
    }
    blocks.forEach(this::block);
    if (!sound
        || !trees()
        || owned != claimed
        || Ino.chunk(root) == chunk && !rootSeen
        || !entries.equals(backs)
        || !elsewhere()
        || !counters()) {
      return false;
    }
    new HangingPass(facts, parents).run();
    facts.blocks = geometry.bodyBlocks();
    facts.blocksUsed = geometry.bodyBlocks() - free;
    return true;
  }

  /** Each entry of the table by itself; counts what inodes must claim. */
  private boolean table() {
    for (int i = 0; i < geometry.tableBlocks(); i++) {
      byte[] entries = table.block(i);
      int at = BlockHeader.SIZE;
      for (int e = 0; e < TableEntry.PER_BLOCK; e++, at += TableEntry.SIZE) {
        int block = i * TableEntry.PER_BLOCK + e;
        if (Bytes.zero(entries, at, at + TableEntry.SIZE)) {
          free += geometry.inBody(block) ? 1 : 0;
        } else if (!geometry.inBody(block) || !entry(block, entries, at)) {
          return false;
        }
      }
    }
    return table.kind(geometry.stateBlock()) == BlockKind.CHUNK_STATE.code()
        && table.kind(geometry.indexBlock()) == BlockKind.INODES.code();
  }

  private boolean entry(int block, byte[] b, int at) {
    int kind = TableEntry.KIND.get(b, at);
    int flags = TableEntry.FLAGS.get(b, at);
    if (TableEntry.RESERVED.get(b, at) != 0 || TableEntry.RESERVED2.get(b, at) != 0) {
      return false;
    }
    if (kind == BlockKind.DATA.code() || kind == BlockKind.TREE.code()) {
      owned++; // the rest is compared when its inode claims it
      return true;
    }
    boolean nobodys =
        flags == 0
            && TableEntry.OWNER.get(b, at) == 0
            && TableEntry.OWNER_GENERATION.get(b, at) == 0;
    long logical = TableEntry.LOGICAL.get(b, at);
    if (kind == BlockKind.INODES.code()) {
      return nobodys && logical != 0 && logical >>> InodeRecord.PER_BLOCK == 0;
    }
    return kind == BlockKind.CHUNK_STATE.code()
        && block == geometry.stateBlock()
        && nobodys
        && logical == 0;
  }

  /** Takes a block for an inode; false if that is not what the table says, or it is taken. */
  boolean claim(int block, BlockKind kind, int flags, long ino, int generation, long logical) {
    if (!geometry.inBody(block) || used.get(block)) {
      return false;
    }
    used.set(block);
    claimed++;
    return table.kind(block) == kind.code()
        && table.owner(block) == ino
        && table.ownerGeneration(block) == generation
        && table.logical(block) == logical
        && table.flags(block) == flags;
  }

  boolean local(long ino) {
    return Ino.chunk(ino) == chunk;
  }

  /** An inbound reference: the name of {@code ino} that it is for has its entry elsewhere. */
  void inbound(long ino, long parent, long backKey) {
    if (inboundCount == inbound.length) {
      inbound = Arrays.copyOf(inbound, 2 * inboundCount);
    }
    inbound[inboundCount++] = name(ino, parent, backKey);
  }

  /** A reference between the head of a file or directory and a part of it, of which one is here. */
  void apart(long head) {
    apart.add(head);
  }

  /** Whether the entry for a back pointer of {@code ino} is elsewhere, if the chunk is sound. */
  boolean crosses(long ino, long parent, long backKey) {
    if (!apart.contains(parent)) {
      return !local(parent);
    }
    long name = name(ino, parent, backKey);
    boolean crosses = Arrays.binarySearch(inbound, 0, inboundCount, name) >= 0;
    if (crosses && local(parent)) {
      entriesElsewhere.add(parent);
    }
    return crosses;
  }

  /** Two that are mistaken for one another make the sums differ. */
  private static long name(long ino, long parent, long backKey) {
    return NameSums.mix(NameSums.mix(NameSums.mix(ino) ^ parent) ^ backKey);
  }

  /** Whether the directories that have entries elsewhere lie in several chunks. */
  private boolean elsewhere() {
    facts.heads.forEach(head -> entriesElsewhere.remove(head.inode()));
    return entriesElsewhere.isEmpty();
  }

  private boolean indexes() {
    int block = geometry.indexBlock();
    byte[] bytes = blocks.get(block);
    if (bytes == null || blocks.doubtful(block)) {
      return false;
    }
    for (int slot = ChunkGeometry.ORPHANS; slot <= ChunkGeometry.XREFS_IN; slot++) {
      if ((table.logical(block) >>> slot & 1) == 0
          || !inode(Ino.of(chunk, block, slot), bytes, InodeRecord.offset(slot))) {
        return false;
      }
    }
    if (apart.isEmpty()) {
      inbound = new long[0]; // nobody will ask
      inboundCount = 0;
    }
    Arrays.sort(inbound, 0, inboundCount);
    return true;
  }

  private boolean index(int block, int slot) {
    return block == geometry.indexBlock() && slot <= ChunkGeometry.XREFS_IN;
  }

  ChunkGeometry geometry() {
    return geometry;
  }

  private void block(int block, byte[] bytes, int from) {
    int kind = table.kind(block);
    if (kind == BlockKind.CHUNK_STATE.code()) {
      state = Arrays.copyOfRange(bytes, from, from + BlockHeader.BLOCK);
    } else if (sound) {
      sound = kind == BlockKind.INODES.code() && inodes(block, bytes, from);
    }
  }

  private boolean inodes(int block, byte[] bytes, int from) {
    long slots = table.logical(block);
    for (int slot = 0; slot < InodeRecord.PER_BLOCK; slot++) {
      int at = from + InodeRecord.offset(slot);
      boolean fits =
          (slots >>> slot & 1) != 0
              ? index(block, slot) || inodeInTime(Ino.of(chunk, block, slot), bytes, at)
              : Bytes.zero(bytes, at, at + InodeRecord.SIZE);
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private boolean inodeInTime(long ino, byte[] b, int at) {
    if (InodeRecord.TREE_LEVELS.get(b, at) == 0 || waiting.size() == WAITING) {
      return inode(ino, b, at);
    }
    waiting.add(new Rooted(ino, Arrays.copyOfRange(b, at, at + InodeRecord.SIZE)));
    return true;
  }

  private boolean trees() {
    for (Rooted inode : waiting) {
      if (!inode(inode.ino, inode.record, 0)) {
        return false;
      }
    }
    return true;
  }

  private boolean inode(long ino, byte[] b, int at) {
    int generation = InodeRecord.GENERATION.get(b, at);
    int flags = InodeRecord.FLAGS.get(b, at);
    int mode = InodeRecord.MODE.get(b, at);
    int type = mode >> 12;
    if (generation == 0
        || !possible(flags, type)
        || InodeRecord.crc(b, at, ino) != InodeRecord.CRC.get(b, at)) {
      return false;
    }
    if (!fields(ino, flags, type, b, at) || !items.read(ino, generation, type, flags, b, at)) {
      return false;
    }
    if (InodeRecord.BLOCKS.get(b, at) != items.blocks()
        || InodeRecord.ENTRIES.get(b, at) != items.entries()) {
      return false;
    }
    if (Integer.compareUnsigned(generation, maxGeneration) > 0) {
      maxGeneration = generation;
    }
    boolean nameless = InodeRecord.NLINK.get(b, at) == 0 && items.backs() == 0;
    if (flags == InodeRecord.FLAG_INDEX) {
      return nameless;
    }
    facts.inodeCount++;
    Spread spread = items.spread();
    if (spread != null && flags == InodeRecord.FLAG_CONTINUATION) {
      long head = InodeRecord.HEAD.get(b, at);
      int headGeneration = InodeRecord.HEAD_GENERATION.get(b, at);
      facts.parts.add(spread.part(ino, generation, mode, head, headGeneration, items.blocks()));
      return nameless;
    }
    if (spread != null) {
      facts.heads.add(spread.head(ino, generation, mode, InodeRecord.REMOTE_BLOCKS.get(b, at)));
    }
    if (ino == root) {
      rootSeen = type == DIRECTORY && generation == ChunkFs.ROOT_GENERATION;
      return rootSeen && items.backs() == 0 && InodeRecord.NLINK.get(b, at) == 1;
    }
    return items.backs() > 0
        && (type != DIRECTORY || items.backs() == 1)
        && InodeRecord.NLINK.get(b, at) == items.backs();
  }

  private static boolean possible(int flags, int type) {
    return switch (flags) {
      case 0, InodeRecord.FLAG_INDEX -> true;
      case InodeRecord.FLAG_CONTINUATION, InodeRecord.FLAG_SPREAD ->
          type == REGULAR || type == DIRECTORY;
      default -> false;
    };
  }

  private boolean fields(long ino, int flags, int type, byte[] b, int at) {
    boolean own = index(Ino.block(ino), Ino.slot(ino));
    boolean index = flags == InodeRecord.FLAG_INDEX;
    boolean part = flags == InodeRecord.FLAG_CONTINUATION;
    long size = InodeRecord.SIZE_BYTES.get(b, at);
    boolean device = type == Vfs.S_IFBLK >> 12 || type == Vfs.S_IFCHR >> 12;
    return own == index
        && (index ? InodeRecord.MODE.get(b, at) == 0 : InodePass.possibleType(type))
        && (index || part || type == DIRECTORY ? size == 0 : size >= 0 && size <= Vfs.FILE_MAX)
        && InodeRecord.RESERVED.get(b, at) == 0
        && InodeRecord.RESERVED2.get(b, at) == 0
        && (device || InodeRecord.RDEV.get(b, at) == 0)
        && (part ? mayBeHead(InodeRecord.HEAD.get(b, at)) : headless(b, at))
        && (flags == InodeRecord.FLAG_SPREAD || InodeRecord.REMOTE_BLOCKS.get(b, at) == 0);
  }

  /** The head of a part here lies elsewhere. */
  private boolean mayBeHead(long head) {
    return head != 0 && !local(head);
  }

  private static boolean headless(byte[] b, int at) {
    return InodeRecord.HEAD.get(b, at) == 0 && InodeRecord.HEAD_GENERATION.get(b, at) == 0;
  }

  private boolean counters() {
    byte[] counters = state;
    return counters != null
        && Bytes.zero(counters, ChunkStateBlock.LAYOUT.size(), counters.length)
        && ChunkStateBlock.FREE_BLOCKS.get(counters, 0) == free
        && ChunkStateBlock.INODES.get(counters, 0) == facts.inodeCount
        && ChunkStateBlock.ORPHANS.get(counters, 0) == 0
        && ChunkStateBlock.XREFS_OUT.get(counters, 0)
            == facts.kept().outCount() + facts.contsOut.size()
        && ChunkStateBlock.XREFS_IN.get(counters, 0)
            == facts.kept().inCount() + facts.contsIn.size()
        && !Generation.behind(
            ChunkStateBlock.GENERATION.get(counters, 0),
            ChunkStateBlock.GENERATION_LAPS.get(counters, 0),
            maxGeneration);
  }
}
