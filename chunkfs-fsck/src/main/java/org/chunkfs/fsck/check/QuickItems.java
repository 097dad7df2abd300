package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.format.TreePage;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.jspecify.annotations.Nullable;

/**
 * The items of one inode after another, for {@link QuickCheck}: by the rules of {@link
 * org.chunkfs.fsck.scan.TreeReader} and {@link ItemPass}, but looked at where they lie.
 */
final class QuickItems {
  private static final int BLOCK = BlockHeader.BLOCK;
  private static final int MAX_LEVELS = 8;
  private static final int TIES = 128;
  private static final long MAX_BLOCKS = Vfs.FILE_MAX / BLOCK;

  private final QuickCheck check;
  private final MetaBlocks blocks;
  private final NameHash hash;
  private final int chunks;
  private final Findings xattrFindings;
  private final long[] taken = new long[BLOCK / Long.SIZE];

  // The inode.
  private long ino;
  private int generation;
  private int type;
  private int flags;

  /** The directory that entries here are of: the inode itself, or the head of the part. */
  private long directory;

  private int directoryGeneration;

  private long countedBlocks;
  private long countedEntries;
  private int countedBacks;
  private long extentsEnd;
  private long targetBytes;
  private long lastCookie;
  private long lastBackKey;
  private @Nullable XattrPass xattrs;
  private @Nullable Spread spread;

  // The item at hand, and the one before.
  private int kind;
  private long major;
  private long minor;
  private int value;
  private int length;
  private int lastKind;
  private long lastMajor;
  private long lastMinor;

  QuickItems(QuickCheck check, MetaBlocks blocks, ImageLayout layout) {
    this.check = check;
    this.blocks = blocks;
    this.hash = new NameHash(layout.hashKey());
    this.chunks = layout.chunks();
    this.xattrFindings = new Findings(check.facts.chunk());
  }

  long blocks() {
    return countedBlocks;
  }

  long entries() {
    return countedEntries;
  }

  int backs() {
    return countedBacks;
  }

  /**
   * What the inode says of itself as a part or the head of what lies in several chunks, if it is.
   */
  @Nullable Spread spread() {
    return spread;
  }

  /** Looks at all items of the inode at {@code at}; false if they are not known to be right. */
  boolean read(long inode, int itsGeneration, int itsType, int itsFlags, byte[] b, int at) {
    ino = inode;
    generation = itsGeneration;
    type = itsType;
    flags = itsFlags;
    boolean part = flags == InodeRecord.FLAG_CONTINUATION;
    directory = part ? InodeRecord.HEAD.get(b, at) : ino;
    directoryGeneration = part ? InodeRecord.HEAD_GENERATION.get(b, at) : generation;
    countedBlocks = 0;
    countedEntries = 0;
    countedBacks = 0;
    extentsEnd = 0;
    targetBytes = 0;
    lastCookie = -1;
    lastBackKey = -1;
    lastKind = 0;
    xattrs = null;
    spread = Spread.is(flags) ? new Spread() : null;
    int levels = InodeRecord.TREE_LEVELS.get(b, at);
    int inline = InodeRecord.INLINE_BYTES.get(b, at);
    int tree = InodeRecord.TREE_ROOT.get(b, at);
    int from = at + InodeRecord.INLINE;
    int end = at + InodeRecord.SIZE;
    boolean right =
        levels == 0
            ? tree == 0
                && inline <= InodeRecord.INLINE_MAX
                && inline(b, from, from + inline)
                && Bytes.zero(b, from + inline, end)
            : levels <= MAX_LEVELS
                && inline == 0
                && Bytes.zero(b, from, end)
                && page(tree, levels - 1, null, null, true);
    return right && end(b, at);
  }

  private boolean end(byte[] b, int at) {
    XattrPass attributes = xattrs;
    if (attributes != null) {
      attributes.end();
    }
    return xattrFindings.isEmpty()
        && (type != Vfs.S_IFLNK >> 12 || targetBytes == InodeRecord.SIZE_BYTES.get(b, at));
  }

  private boolean inline(byte[] b, int from, int end) {
    int at = from;
    while (at < end) {
      if (!parse(b, at, end) || !inOrder() || !item(b)) {
        return false;
      }
      at = value + length;
    }
    return true;
  }

  /**
   * Finds the parts of the item at {@code at}; false if it does not end before {@code end}. The
   * first item of an inner page is of no type.
   */
  private boolean parse(byte[] b, int at, int end) {
    if (at < 0 || at > end - ItemType.DIRENT.head()) {
      return false;
    }
    kind = b[at] & 0xFF;
    ItemType known = ItemType.of(kind);
    boolean hasMinor = known != null && known.hasMinor();
    int head = hasMinor ? ItemType.XREF_OUT.head() : ItemType.DIRENT.head();
    if (at > end - head) {
      return false;
    }
    length = Bytes.u16(b, at + 1);
    major = Bytes.u64(b, at + 3);
    minor = hasMinor ? Bytes.u64(b, at + 11) : 0;
    value = at + head;
    return length <= end - value;
  }

  private boolean inOrder() {
    boolean later = compare(lastKind, lastMajor, lastMinor) > 0;
    lastKind = kind;
    lastMajor = major;
    lastMinor = minor;
    return later;
  }

  /** The order of the item at hand to a key. */
  private int compare(int otherKind, long otherMajor, long otherMinor) {
    if (kind != otherKind) {
      return kind - otherKind;
    }
    int byMajor = Long.compareUnsigned(major, otherMajor);
    return byMajor != 0 ? byMajor : Long.compareUnsigned(minor, otherMinor);
  }

  private record Key(int kind, long major, long minor, int child) {}

  private boolean page(int block, int level, @Nullable Key low, @Nullable Key high, boolean top) {
    if (!check.claim(block, BlockKind.TREE, 0, ino, generation, level)) {
      return false;
    }
    countedBlocks++;
    byte[] page = blocks.get(block);
    if (page == null || blocks.doubtful(block)) {
      return false;
    }
    int count = TreePage.COUNT.get(page, 0);
    int heap = TreePage.HEAP.get(page, 0);
    if (BlockHeader.OWNER.get(page, 0) != ino
        || TreePage.LEVEL.get(page, 0) != level
        || TreePage.RESERVED.get(page, 0) != 0
        || heap > BLOCK
        || TreePage.SLOTS + 2 * count > heap
        || count == 0
        || top && level > 0 && count == 1) {
      return false;
    }
    Arrays.fill(taken, 0);
    List<Key> children = level > 0 ? new ArrayList<>(count) : List.of();
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      int at = Bytes.u16(page, TreePage.SLOTS + 2 * i);
      if (at < heap || !parse(page, at, BLOCK) || !take(at, value + length - at)) {
        return false;
      }
      bytes += value + length - at;
      boolean below = low != null && compare(low.kind, low.major, low.minor) < 0;
      if (below && (level == 0 || i > 0)
          || high != null && compare(high.kind, high.major, high.minor) >= 0) {
        return false;
      }
      if (level == 0) {
        if (!inOrder() || !item(page)) {
          return false;
        }
      } else if (length == 4) {
        children.add(new Key(kind, major, minor, Bytes.u32(page, value)));
      } else {
        return false;
      }
    }
    return BLOCK - heap - bytes == TreePage.GARBAGE.get(page, 0)
        && children(children, level, low, high);
  }

  private boolean children(List<Key> children, int level, @Nullable Key low, @Nullable Key high) {
    for (int i = 1; i < children.size(); i++) {
      Key before = children.get(i - 1);
      Key now = children.get(i);
      kind = now.kind;
      major = now.major;
      minor = now.minor;
      if (compare(before.kind, before.major, before.minor) <= 0) {
        return false;
      }
    }
    for (int i = 0; i < children.size(); i++) {
      Key from = i == 0 ? low : children.get(i);
      Key to = i + 1 < children.size() ? children.get(i + 1) : high;
      if (!page(children.get(i).child, level - 1, from, to, false)) {
        return false;
      }
    }
    return true;
  }

  /** Takes bytes of the page at hand; false if another item has one of them. */
  private boolean take(int at, int count) {
    int end = at + count;
    for (int word = at >> 6; word <= end - 1 >> 6; word++) {
      int from = Math.max(at - (word << 6), 0);
      int to = Math.min(end - (word << 6), Long.SIZE);
      long mask = -1L << from & -1L >>> Long.SIZE - to;
      if ((taken[word] & mask) != 0) {
        return false;
      }
      taken[word] |= mask;
    }
    return true;
  }

  private boolean item(byte[] b) {
    ItemType what = ItemType.of(kind);
    if (what == null) {
      return false;
    }
    if (flags == InodeRecord.FLAG_INDEX) {
      int slot = Ino.slot(ino);
      return switch (what) {
        case XREF_OUT -> slot == ChunkGeometry.XREFS_OUT && xrefOut(b);
        case XREF_IN -> slot == ChunkGeometry.XREFS_IN && xrefIn(b);
        case CONT_OUT -> slot == ChunkGeometry.XREFS_OUT && contRef(b, true);
        case CONT_IN -> slot == ChunkGeometry.XREFS_IN && contRef(b, false);
        default -> false; // orphans
      };
    }
    boolean part = flags == InodeRecord.FLAG_CONTINUATION;
    return switch (what) {
      case DIRENT -> type == Vfs.S_IFDIR >> 12 && dirent(b);
      case BACK_POINTER -> !part && backPointer(b);
      case EXTENT -> type == Vfs.S_IFREG >> 12 && extent(b);
      case INLINE -> type == Vfs.S_IFLNK >> 12 && target();
      case XATTR -> !part && xattr(b);
      case CONTINUATION -> flags == InodeRecord.FLAG_SPREAD && continuation(b);
      default -> false;
    };
  }

  private boolean isTie(long base) {
    return major - base >= 0 && major - base < TIES;
  }

  private boolean possible(long inode) {
    return inode >>> 48 == 0 && Ino.chunk(inode) < chunks;
  }

  /** Whether a name ends where the value does, and may be one; it begins after {@code fixed}. */
  private boolean name(byte[] b, int fixed) {
    if (length <= fixed || length != fixed + (b[value + fixed - 1] & 0xFF)) {
      return false;
    }
    int from = value + fixed;
    int end = value + length;
    for (int i = from; i < end; i++) {
      if (b[i] == 0 || b[i] == '/') {
        return false;
      }
    }
    return b[from] != '.' || end - from > 2 || end - from == 2 && b[from + 1] != '.';
  }

  private boolean dirent(byte[] b) {
    countedEntries++;
    int at = value + Items.Dirent.NAME;
    int bytes = length - Items.Dirent.NAME;
    if (!name(b, Items.Dirent.NAME)
        || lastCookie != -1 && major - lastCookie < TIES // perhaps the same name twice
        || !isTie(hash.cookie(b, at, bytes))) {
      return false;
    }
    lastCookie = major;
    long inode = Items.Dirent.INO.get(b, value);
    int itsGeneration = Items.Dirent.GENERATION.get(b, value);
    int itsType = Items.Dirent.TYPE.get(b, value);
    long g = Items.Dirent.G.get(b, value);
    if (!possible(inode)) {
      return false;
    }
    if (spread != null) {
      spread.key(major, major);
    }
    if (check.local(inode)) {
      check.entries.add(
          inode, itsGeneration, itsType, directory, directoryGeneration, g, b, at, bytes);
    } else {
      byte[] name = Arrays.copyOfRange(b, at, at + bytes);
      check
          .facts
          .kept()
          .add(
              new Fact.Dirent(
                  ino,
                  directory,
                  directoryGeneration,
                  major,
                  inode,
                  itsGeneration,
                  itsType,
                  g,
                  name));
    }
    return true;
  }

  private boolean backPointer(byte[] b) {
    countedBacks++;
    int at = value + Items.BackPointer.NAME;
    int bytes = length - Items.BackPointer.NAME;
    if (!name(b, Items.BackPointer.NAME)) {
      return false;
    }
    long parent = Items.BackPointer.PARENT.get(b, value);
    int parentGeneration = Items.BackPointer.PARENT_GENERATION.get(b, value);
    long g = Items.BackPointer.G.get(b, value);
    if (!possible(parent)
        || lastBackKey != -1 && major - lastBackKey < TIES // perhaps the same name twice
        || !isTie(hash.backKey(parent, b, at, bytes))) {
      return false;
    }
    lastBackKey = major;
    boolean isDirectory = type == Vfs.S_IFDIR >> 12;
    if (isDirectory) {
      check.parents.put(ino, parent);
    }
    boolean crosses = check.crosses(ino, parent, major);
    if (!crosses) {
      check.backs.add(ino, generation, type, parent, parentGeneration, g, b, at, bytes);
    }
    if (crosses || isDirectory && !check.local(parent)) {
      byte[] name = Arrays.copyOfRange(b, at, at + bytes);
      Fact.Back back = new Fact.Back(ino, generation, major, parent, parentGeneration, g, name);
      if (crosses) {
        check.facts.kept().add(back, type);
      }
      if (isDirectory && !check.local(parent)) {
        check.facts.directories.put(ino, ChunkFacts.Parent.of(back));
      }
    }
    return true;
  }

  private boolean extent(byte[] b) {
    if (length != Items.Extent.SIZE) {
      return false;
    }
    int first = Items.Extent.BLOCK.get(b, value);
    int count = Items.Extent.COUNT.get(b, value);
    int flags = Items.Extent.FLAGS.get(b, value);
    if ((flags & ~Items.Extent.UNWRITTEN) != 0
        || major < extentsEnd
        || major >= MAX_BLOCKS
        || count < 1
        || count > MAX_BLOCKS - major
        || !check.geometry().inBody(first)
        || count > check.geometry().bodyEnd() - first) {
      return false;
    }
    extentsEnd = major + count;
    countedBlocks += count;
    if (spread != null) {
      spread.key(major, major + count - 1);
    }
    int unwritten = flags != 0 ? TableEntry.UNWRITTEN : 0;
    for (int i = 0; i < count; i++) {
      if (!check.claim(first + i, BlockKind.DATA, unwritten, ino, generation, major + i)) {
        return false;
      }
    }
    return true;
  }

  private boolean target() {
    boolean follows = major == targetBytes && length > 0 && length <= Items.MAX_VALUE;
    targetBytes += length;
    return follows;
  }

  private boolean xattr(byte[] b) {
    XattrPass attributes = xattrs;
    if (attributes == null) {
      attributes = new XattrPass(hash, ino, xattrFindings);
      xattrs = attributes;
    }
    byte[] bytes = Arrays.copyOfRange(b, value, value + length);
    return attributes.fragment(new Item(kind, major, minor, bytes)) == null;
  }

  private boolean xrefOut(byte[] b) {
    if (length != Items.XrefOut.SIZE) {
      return false;
    }
    check
        .facts
        .kept()
        .add(ItemPass.xrefOut(major, minor, Arrays.copyOfRange(b, value, value + length)));
    return true;
  }

  private boolean xrefIn(byte[] b) {
    if (length != Items.XrefIn.SIZE) {
      return false;
    }
    Fact.In in = ItemPass.xrefIn(major, minor, Arrays.copyOfRange(b, value, value + length));
    check.facts.kept().add(in);
    check.inbound(in.target(), in.parent(), in.backKey());
    return true;
  }

  private boolean continuation(byte[] b) {
    Spread map = spread;
    if (map == null || length != Items.Continuation.SIZE) {
      return false;
    }
    map.range(ino, major, b, value);
    return true;
  }

  private boolean contRef(byte[] b, boolean out) {
    if (length != Items.ContinuationRef.SIZE) {
      return false;
    }
    ChunkFacts facts = check.facts;
    Fact.Cont cont = ItemPass.cont(out, major, minor, Arrays.copyOfRange(b, value, value + length));
    (out ? facts.contsOut : facts.contsIn).add(cont);
    check.apart(cont.head());
    return true;
  }
}
