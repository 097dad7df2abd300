package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.MetaBlocks;

/** Tells, by the rules of the check itself, which of an inode's items a repair may keep. */
public final class ItemSieve {
  private final ChunkScan scan;
  private final BlockTable table;
  private final MetaBlocks blocks;

  /** What the rules collect is of no use here; for all inodes that have no references in them. */
  private final ChunkContext context;

  public ItemSieve(ChunkScan scan, BlockTable table, MetaBlocks blocks) {
    this.scan = scan;
    this.table = table;
    this.blocks = blocks;
    this.context = context();
  }

  private ChunkContext context() {
    return new ChunkContext(scan, table, blocks, new Findings(scan.chunk()));
  }

  /**
   * The items that are right in themselves.
   *
   * @param record the inode's 504 bytes
   * @param items in order
   */
  public List<Item> sieve(long ino, byte[] record, Collection<Item> items) {
    InodeFact inode = new InodeFact(ino, record, 0);
    ChunkContext of = inode.index() ? context() : context;
    Findings findings = of.findings;
    ItemPass pass = new ItemPass(of, inode);
    List<Item> kept = new ArrayList<>(items.size());
    boolean attributes = false;
    for (Item item : items) {
      if (item.kind() == ItemType.XATTR) {
        kept.add(item);
        attributes = true;
        continue;
      }
      int before = bad(findings);
      pass.item(item);
      if (bad(findings) == before) {
        kept.add(item);
      }
    }
    of.dirents.clear();
    if (attributes) {
      dropBrokenAttributes(of.hash, inode, kept);
    }
    return kept;
  }

  private static int bad(Findings findings) {
    return findings.count(Problem.ITEM_TYPE)
        + findings.count(Problem.ITEM_VALUE)
        + findings.count(Problem.DIRENT_DUPLICATE);
  }

  private static void dropBrokenAttributes(NameHash hash, InodeFact inode, List<Item> items) {
    List<Item> all = items.stream().filter(i -> i.kind() == ItemType.XATTR).toList();
    int at = 0;
    while (at < all.size()) {
      int end = at + 1;
      while (end < all.size() && all.get(end).major() >>> 8 == all.get(at).major() >>> 8) {
        end++;
      }
      List<Item> one = all.subList(at, end);
      if (inode.continuation() || inode.index() || !whole(hash, inode, one)) {
        items.removeAll(one);
      }
      at = end;
    }
  }

  private static boolean whole(NameHash hash, InodeFact inode, List<Item> fragments) {
    Findings findings = new Findings(-1);
    XattrPass pass = new XattrPass(hash, inode.ino, findings);
    for (Item item : fragments) {
      if (pass.fragment(item) != null) {
        return false;
      }
    }
    pass.end();
    return findings.isEmpty();
  }

  /** Whether a mode's file type is one that an inode may have. */
  public static boolean possibleMode(int mode) {
    return InodePass.possibleType(mode >> 12);
  }
}
