package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.TreeReader;
import org.jspecify.annotations.Nullable;

/**
 * The items of one inode, in order.
 *
 * <p>Tests: types that belong in such an inode; each value's form; keys against names; extents in
 * the body, apart, and as the table has them; fragments of attributes and link targets whole.
 * Collects what names and references say. Relies on the tree reader for order.
 */
final class ItemPass implements TreeReader.Sink {
  private static final int TIES = 128;
  private static final long MAX_BLOCKS = Vfs.FILE_MAX / 4096;

  private final ChunkContext c;
  private final InodeFact inode;
  private final XattrPass xattrs;
  private final @Nullable Spread spread;
  private final List<Fact.Dirent> sameHash = new ArrayList<>();
  private long extentsEnd;
  private long targetBytes;

  ItemPass(ChunkContext context, InodeFact inode) {
    this.c = context;
    this.inode = inode;
    this.xattrs = new XattrPass(c.hash, inode.ino, c.findings);
    this.spread = Spread.is(inode.flags) ? new Spread() : null;
  }

  @Override
  public boolean page(int block, int level) {
    if (!c.claims.page(block, inode.ino, inode.generation, level)) {
      return false;
    }
    inode.countedBlocks++;
    return true;
  }

  @Override
  public void item(Item item) {
    ItemType type = item.kind();
    if (type == null || !belongs(type)) {
      inode.damaged = true;
      c.findings.inode(
          inode.ino,
          Problem.ITEM_TYPE,
          type == null ? item.type() : type,
          inode.index() ? "this index" : "an inode of mode 0" + Integer.toOctalString(inode.mode));
      return;
    }
    String bad =
        switch (type) {
          case DIRENT -> dirent(item);
          case BACK_POINTER -> backPointer(item);
          case EXTENT -> extent(item);
          case XATTR -> xattrs.fragment(item);
          case INLINE -> inline(item);
          case CONTINUATION -> continuation(item);
          case ORPHAN -> orphan(item);
          case XREF_OUT -> xrefOut(item);
          case XREF_IN -> xrefIn(item);
          case CONT_OUT, CONT_IN -> contRef(item, type);
        };
    if (bad != null) {
      inode.damaged = true;
      c.findings.inode(inode.ino, Problem.ITEM_VALUE, type, item.show(), bad);
    }
  }

  private boolean belongs(ItemType type) {
    if (inode.index()) {
      return switch (Ino.slot(inode.ino)) {
        case ChunkGeometry.ORPHANS -> type == ItemType.ORPHAN;
        case ChunkGeometry.XREFS_OUT -> type == ItemType.XREF_OUT || type == ItemType.CONT_OUT;
        case ChunkGeometry.XREFS_IN -> type == ItemType.XREF_IN || type == ItemType.CONT_IN;
        default -> false;
      };
    }
    return switch (type) {
      case BACK_POINTER, XATTR -> !inode.continuation();
      case EXTENT -> inode.regular();
      case DIRENT -> inode.directory();
      case INLINE -> inode.symlink();
      case CONTINUATION -> inode.spread();
      default -> false;
    };
  }

  private static @Nullable String size(Item item, int expected) {
    return item.value().length == expected
        ? null
        : "%d bytes, expected %d".formatted(item.value().length, expected);
  }

  private @Nullable String dirent(Item item) {
    byte[] v = item.value();
    byte[] name = name(v, Items.Dirent.NAME);
    inode.countedEntries++;
    if (name == null) {
      return "its name does not fit its length";
    }
    String bad = nameProblem(name);
    if (bad == null && !isTie(item.major(), c.hash.cookie(name))) {
      bad = "cookie %x is not of its name '%s'".formatted(item.major(), show(name));
    }
    long target = Items.Dirent.INO.get(v, 0);
    if (bad == null && !possibleInode(target)) {
      bad = "it leads to inode %x, which cannot be".formatted(target);
    }
    if (bad != null) {
      return bad;
    }
    Fact.Dirent entry =
        new Fact.Dirent(
            inode.ino,
            inode.continuation() ? inode.head : inode.ino,
            inode.entriesGeneration(),
            item.major(),
            target,
            Items.Dirent.GENERATION.get(v, 0),
            Items.Dirent.TYPE.get(v, 0),
            Items.Dirent.G.get(v, 0),
            name);
    c.dirents.add(entry);
    key(item.major(), item.major());
    duplicates(entry);
    return null;
  }

  /** Entries of one name have one hash, and so follow one another. */
  private void duplicates(Fact.Dirent entry) {
    if (!sameHash.isEmpty() && entry.cookie() - sameHash.getLast().cookie() >= TIES) {
      sameHash.clear();
    }
    for (Fact.Dirent other : sameHash) {
      if (Arrays.equals(other.name(), entry.name())) {
        c.findings.inode(inode.ino, Problem.DIRENT_DUPLICATE, show(entry.name()));
      }
    }
    sameHash.add(entry);
  }

  private void key(long first, long last) {
    if (spread != null) {
      spread.key(first, last);
    }
  }

  private @Nullable String backPointer(Item item) {
    byte[] v = item.value();
    byte[] name = name(v, Items.BackPointer.NAME);
    inode.backs++;
    if (name == null) {
      return "its name does not fit its length";
    }
    long parent = Items.BackPointer.PARENT.get(v, 0);
    String bad = nameProblem(name);
    if (bad == null && !isTie(item.major(), c.hash.backKey(parent, name))) {
      bad = "key %x is not of its name '%s'".formatted(item.major(), show(name));
    }
    if (bad == null && !possibleInode(parent)) {
      bad = "it names directory %x, which cannot be".formatted(parent);
    }
    if (bad != null) {
      return bad;
    }
    inode.addName(
        new Fact.Back(
            inode.ino,
            inode.generation,
            item.major(),
            parent,
            Items.BackPointer.PARENT_GENERATION.get(v, 0),
            Items.BackPointer.G.get(v, 0),
            name));
    return null;
  }

  /**
   * The name at the end of a value whose fixed part has {@code fixed} bytes; null if it does not
   * fit.
   */
  private static byte @Nullable [] name(byte[] value, int fixed) {
    return value.length < fixed || value.length != fixed + (value[fixed - 1] & 0xFF)
        ? null
        : Arrays.copyOfRange(value, fixed, value.length);
  }

  static @Nullable String nameProblem(byte[] name) {
    if (name.length == 0) {
      return "its name is empty";
    }
    for (byte b : name) {
      if (b == 0 || b == '/') {
        return "its name '%s' has a '/' or NUL in it".formatted(show(name));
      }
    }
    boolean dots = name[0] == '.' && (name.length == 1 || name.length == 2 && name[1] == '.');
    return dots ? "its name is '%s'".formatted(show(name)) : null;
  }

  static String show(byte[] name) {
    return new String(name, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static boolean isTie(long key, long base) {
    return key - base >= 0 && key - base < TIES;
  }

  private boolean possibleInode(long ino) {
    return ino >>> 48 == 0 && Ino.chunk(ino) < c.scan.reader().layout().chunks();
  }

  private @Nullable String extent(Item item) {
    byte[] v = item.value();
    if (v.length != Items.Extent.SIZE) {
      return size(item, Items.Extent.SIZE);
    }
    int first = Items.Extent.BLOCK.get(v, 0);
    int count = Items.Extent.COUNT.get(v, 0);
    int flags = Items.Extent.FLAGS.get(v, 0);
    long logical = item.major();
    if ((flags & ~Items.Extent.UNWRITTEN) != 0) {
      return "flags " + flags;
    }
    if (logical < 0 || logical >= MAX_BLOCKS || count < 1 || count > MAX_BLOCKS - logical) {
      return "%d blocks".formatted(count);
    }
    if (logical < extentsEnd) {
      return "it overlaps the one before";
    }
    if (!c.geometry.inBody(first) || count > c.geometry.bodyEnd() - first) {
      return "blocks %d to %d are outside the body".formatted(first, (long) first + count - 1);
    }
    extentsEnd = logical + count;
    inode.countedBlocks += count;
    key(logical, logical + count - 1);
    for (int i = 0; i < count; i++) {
      c.claims.data(first + i, inode.ino, inode.generation, logical + i, flags != 0);
    }
    return null;
  }

  private @Nullable String inline(Item item) {
    long at = item.major();
    String bad = at == targetBytes ? null : "expected at " + targetBytes;
    if (item.value().length == 0 || item.value().length > Items.MAX_VALUE) {
      bad = item.value().length + " bytes";
    }
    targetBytes += item.value().length;
    return bad;
  }

  private @Nullable String continuation(Item item) {
    byte[] v = item.value();
    if (v.length != Items.Continuation.SIZE) {
      return size(item, Items.Continuation.SIZE);
    }
    if (spread != null) {
      spread.range(inode.ino, item.major(), v, 0);
    }
    return null;
  }

  private @Nullable String orphan(Item item) {
    byte[] v = item.value();
    if (v.length != Items.Orphan.SIZE) {
      return size(item, Items.Orphan.SIZE);
    }
    int reason = Items.Orphan.REASON.get(v, 0);
    c.orphans.add(new Fact.Orphan(item.major(), Items.Orphan.GENERATION.get(v, 0), reason));
    return reason == Items.Orphan.UNLINKED || reason == Items.Orphan.TRIM
        ? null
        : "reason " + reason;
  }

  private @Nullable String xrefOut(Item item) {
    byte[] v = item.value();
    if (v.length != Items.XrefOut.SIZE) {
      return size(item, Items.XrefOut.SIZE);
    }
    c.facts.kept().add(xrefOut(item.major(), item.minor(), v));
    return null;
  }

  static Fact.Out xrefOut(long major, long minor, byte[] v) {
    return new Fact.Out(
        major,
        minor,
        Items.XrefOut.TARGET_GENERATION.get(v, 0),
        Items.XrefOut.PARENT.get(v, 0),
        Items.XrefOut.PARENT_GENERATION.get(v, 0),
        Items.XrefOut.COOKIE.get(v, 0),
        Items.XrefOut.G.get(v, 0));
  }

  private @Nullable String xrefIn(Item item) {
    byte[] v = item.value();
    if (v.length != Items.XrefIn.SIZE) {
      return size(item, Items.XrefIn.SIZE);
    }
    c.facts.kept().add(xrefIn(item.major(), item.minor(), v));
    return null;
  }

  static Fact.In xrefIn(long major, long minor, byte[] v) {
    return new Fact.In(
        major,
        minor,
        Items.XrefIn.TARGET.get(v, 0),
        Items.XrefIn.TARGET_GENERATION.get(v, 0),
        Items.XrefIn.PARENT_GENERATION.get(v, 0),
        Items.XrefIn.BACK_KEY.get(v, 0),
        Items.XrefIn.CHUNK.get(v, 0),
        Items.XrefIn.G.get(v, 0));
  }

  private @Nullable String contRef(Item item, ItemType type) {
    byte[] v = item.value();
    if (v.length != Items.ContinuationRef.SIZE) {
      return size(item, Items.ContinuationRef.SIZE);
    }
    boolean out = type == ItemType.CONT_OUT;
    (out ? c.facts.contsOut : c.facts.contsIn).add(cont(out, item.major(), item.minor(), v));
    return null;
  }

  /**
   * @param out whether it is the head's side
   */
  static Fact.Cont cont(boolean out, long major, long minor, byte[] v) {
    return new Fact.Cont(
        new Fact.Link(
            out ? major : minor,
            out ? minor : major,
            Items.ContinuationRef.HEAD_GENERATION.get(v, 0),
            Items.ContinuationRef.GENERATION.get(v, 0)),
        Items.ContinuationRef.G.get(v, 0));
  }

  /** All items were seen. */
  void end() {
    inode.damaged |= !xattrs.end();
    if (inode.symlink() && targetBytes != inode.size) {
      inode.damaged = true;
      c.findings.inode(inode.ino, Problem.SYMLINK, targetBytes, inode.size);
    }
    if (spread != null && inode.spread()) {
      c.facts.heads.add(spread.head(inode.ino, inode.generation, inode.mode, inode.remoteBlocks));
    }
    if (spread != null && inode.continuation()) {
      c.facts.parts.add(
          spread.part(
              inode.ino,
              inode.generation,
              inode.mode,
              inode.head,
              inode.headGeneration,
              inode.countedBlocks));
    }
  }
}
