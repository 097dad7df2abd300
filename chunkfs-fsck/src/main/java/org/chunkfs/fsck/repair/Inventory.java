package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.TableEntry;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ImageCheck;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkMemory;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.jspecify.annotations.Nullable;

/**
 * What the files of some chunks consist of, as far as anything on the disk speaks of it: inodes,
 * names from either end, blocks of data from extents or from the table, extended attributes. Taken
 * before a repair and after it, the difference is what was lost, whatever the repair did.
 */
public final class Inventory {
  /** A name: which directory it is in, and its bytes. */
  public record Name(long parent, String raw) {}

  /** One inode. */
  public static final class Thing {
    /** Its generation; of one of which only names or blocks are known, what they say. */
    public int generation;

    /** Its mode; 0 where its record is not there. */
    public int mode;

    /** Bytes; symbolic links: of the target that is there. */
    public long size;

    /** Whether its record is there. */
    public boolean recorded;

    /** Whether its record's checksum holds. */
    public boolean verified = true;

    /** Inode that its data belongs to: itself, or the head of a spread file. */
    public long head;

    /** Its names, from entries and back pointers. */
    public Set<Name> names = Set.of();

    /** Its blocks with content, by number in the file. */
    public SortedSet<Long> blocks = NO_BLOCKS;

    /** Those of them whose checksum is lost. */
    public SortedSet<Long> unverified = NO_BLOCKS;

    /** Names of its extended attributes. */
    public Set<String> xattrs = Set.of();

    // Of most inodes most of these stay empty, and there are many inodes.

    private void name(Name name) {
      if (names.isEmpty()) {
        names = Set.of(name);
      } else if (!names.contains(name)) {
        names = names.size() == 1 ? new HashSet<>(names) : names;
        names.add(name);
      }
    }

    private void block(long logical) {
      blocks = blocks == NO_BLOCKS ? new TreeSet<>() : blocks;
      blocks.add(logical);
    }

    private void unverified(long logical) {
      unverified = unverified == NO_BLOCKS ? new TreeSet<>() : unverified;
      unverified.add(logical);
    }

    private void xattr(String name) {
      xattrs = xattrs.isEmpty() ? new TreeSet<>() : xattrs;
      xattrs.add(name);
    }

    boolean is(int type) {
      return mode >> 12 == type;
    }

    public boolean symlink() {
      return is(10);
    }
  }

  private static final int XATTR_PREFIX = 5;
  private static final SortedSet<Long> NO_BLOCKS = Collections.emptySortedSet();

  private final Map<Long, Thing> things = new TreeMap<>();
  private final Map<Long, Name> directories = new HashMap<>();
  private final Set<Integer> chunks;

  private Inventory(Set<Integer> chunks) {
    this.chunks = new TreeSet<>(chunks);
  }

  /**
   * Reads chunks as a repair would.
   *
   * @param result a check of the image as it is now
   */
  public static Inventory take(Image image, ImageCheck.Result result, Set<Integer> chunks) {
    Keep keep = result.history() != null ? result.history() : (chunk, header, scan) -> scan;
    return take(image, keep, result.facts(), chunks);
  }

  /**
   * The same of chunks that are out of service.
   *
   * @param facts what is known of all chunks, for the places of directories
   */
  public static Inventory take(
      Image image, Keep keep, Map<Integer, ChunkFacts> facts, Set<Integer> chunks) {
    Inventory all = new Inventory(chunks);
    for (int chunk : all.chunks) {
      ChunkReader reader = new ChunkReader(image.device(), image.layout(), chunk);
      if (reader.present()) {
        all.chunk(ChunkScan.salvage(reader, keep, ChunkMemory.NONE));
      }
    }
    all.hang(facts);
    return all;
  }

  /** The same of one chunk that was read already, and not changed yet; nothing {@link #hang}s. */
  static Inventory of(ChunkModel model) {
    Inventory of = new Inventory(Set.of(model.chunk()));
    of.model(model);
    of.tableData(model.scan, model.table);
    return of;
  }

  /**
   * What is in a chunk after its repair was written: the same as its model, and everything in it
   * has a checksum that holds.
   *
   * @param before from where the places of directories are taken that it knows
   */
  static Inventory repaired(ChunkModel model, Inventory before, Map<Integer, ChunkFacts> facts) {
    Inventory of = new Inventory(Set.of(model.chunk()));
    of.model(model);
    for (Thing thing : of.things.values()) {
      thing.verified = true;
      thing.unverified = NO_BLOCKS;
    }
    of.directories.putAll(before.directories);
    of.hang(facts);
    return of;
  }

  /** Of a chunk in which nothing is. */
  static Inventory empty(int chunk) {
    return new Inventory(Set.of(chunk));
  }

  /** Every inode that something speaks of, by number. */
  public Map<Long, Thing> things() {
    return things;
  }

  /** Chunks that were looked at. */
  public Set<Integer> chunks() {
    return chunks;
  }

  /** The name by which a directory hangs, wherever it is; null: not known, or the root. */
  public @Nullable Name directory(long ino) {
    Thing thing = things.get(ino);
    return thing != null && thing.names.size() == 1
        ? thing.names.iterator().next()
        : directories.get(ino);
  }

  /** Notes where the directories above all these names hang; after a repair it may be elsewhere. */
  void hang(Map<Integer, ChunkFacts> facts) {
    for (Thing thing : things.values()) {
      for (Name name : thing.names) {
        long dir = name.parent();
        while (!directories.containsKey(dir)) {
          ChunkFacts home = facts.get(Ino.chunk(dir));
          ChunkFacts.Parent at = home == null ? null : home.directory(dir);
          if (at == null) {
            break;
          }
          directories.put(dir, new Name(at.parent(), raw(at.name())));
          dir = at.parent();
        }
      }
    }
  }

  private Thing thing(long ino, int generation) {
    Thing thing = things.computeIfAbsent(ino, _ -> new Thing());
    if (thing.generation == 0) {
      thing.generation = generation;
      thing.head = ino;
    }
    return thing;
  }

  private void chunk(ChunkScan scan) {
    BlockTable table = scan.table();
    MetaBlocks blocks = scan.blocks();
    if (table == null || blocks == null) {
      return;
    }
    model(ChunkModel.load(scan, table, blocks, new ArrayList<>()));
    tableData(scan, table);
  }

  private void model(ChunkModel model) {
    for (InodeModel inode : model.inodes.values()) {
      if (!inode.index()) {
        inode(model.table, inode);
      }
    }
    for (InodeModel inode : model.inodes.values()) {
      if (!inode.index()) {
        names(inode);
      }
    }
  }

  private void inode(BlockTable table, InodeModel inode) {
    Thing thing = thing(inode.ino, inode.generation());
    thing.generation = inode.generation();
    thing.mode = inode.mode();
    thing.recorded = true;
    thing.size = InodeRecord.SIZE_BYTES.get(inode.record, 0);
    thing.verified =
        InodeRecord.crc(inode.record, 0, inode.ino) == InodeRecord.CRC.get(inode.record, 0);
    thing.head = inode.continuation() ? InodeRecord.HEAD.get(inode.record, 0) : inode.ino;
    long target = 0;
    for (Item item : inode.items) {
      if (item.kind() == ItemType.EXTENT) {
        extent(table, thing, item);
      } else if (item.kind() == ItemType.XATTR && (item.major() & 0xFF) == 0) {
        int length = item.value()[XATTR_PREFIX - 1] & 0xFF;
        thing.xattr(
            raw(java.util.Arrays.copyOfRange(item.value(), XATTR_PREFIX, XATTR_PREFIX + length)));
      } else if (item.kind() == ItemType.INLINE) {
        target += item.value().length;
      }
    }
    thing.size = thing.symlink() ? target : thing.size;
  }

  private static void extent(BlockTable table, Thing thing, Item item) {
    int first = Items.Extent.BLOCK.get(item.value(), 0);
    int count = Items.Extent.COUNT.get(item.value(), 0);
    if ((Items.Extent.FLAGS.get(item.value(), 0) & TableEntry.UNWRITTEN) != 0) {
      return;
    }
    for (int i = 0; i < count; i++) {
      thing.block(item.major() + i);
      if (table.trust(first + i) != BlockTable.Trust.GOOD) {
        thing.unverified(item.major() + i);
      }
    }
  }

  private void names(InodeModel inode) {
    long parent = inode.continuation() ? InodeRecord.HEAD.get(inode.record, 0) : inode.ino;
    for (Item entry : inode.of(ItemType.DIRENT)) {
      long target = Items.Dirent.INO.get(entry.value(), 0);
      thing(target, Items.Dirent.GENERATION.get(entry.value(), 0))
          .name(new Name(parent, raw(Names.ofDirent(entry))));
    }
    for (Item back : inode.of(ItemType.BACK_POINTER)) {
      thing(inode.ino, inode.generation())
          .name(new Name(Items.BackPointer.PARENT.get(back.value(), 0), raw(Names.ofBack(back))));
    }
  }

  /** Blocks that the table gives to inodes whose items no longer know of them. */
  private void tableData(ChunkScan scan, BlockTable table) {
    for (int b = scan.geometry().bodyStart(); b < scan.geometry().bodyEnd(); b++) {
      long owner = table.owner(b);
      if (!table.data(b)
          || (table.flags(b) & TableEntry.UNWRITTEN) != 0
          || table.trust(b) != BlockTable.Trust.GOOD
          || Ino.chunk(owner) != scan.chunk()) {
        continue;
      }
      Thing thing = thing(owner, table.ownerGeneration(b));
      if (thing.generation == table.ownerGeneration(b) || !thing.recorded) {
        thing.block(table.logical(b));
      }
    }
  }

  private static String raw(byte[] name) {
    return new String(name, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /** Runs of numbers: each first one, and the one after its last. */
  public static List<long[]> runs(Iterable<Long> numbers) {
    List<long[]> runs = new ArrayList<>();
    for (long number : numbers) {
      if (!runs.isEmpty() && runs.getLast()[1] == number) {
        runs.getLast()[1] = number + 1;
      } else {
        runs.add(new long[] {number, number + 1});
      }
    }
    return runs;
  }
}
