package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Generation;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Fact;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Repairs a chunk's model by what is in the chunk, and what other chunks say about it.
 *
 * <p>Rules: an inode that is lost, and that names or data still speak of, is made anew. A name that
 * only one of its two ends knows is completed if the other end is there, else dropped; where both
 * carry different commits the newer wins. An inode that no name leads to goes to the chunk's
 * lost+found, which hangs in the root directory.
 */
final class LocalRepair {
  /** Names that lost+found tries. */
  static final int TAKEN = 100;

  private static final List<Fact.Dirent> NONE = List.of();

  private final ChunkModel model;
  private final Map<Integer, ChunkFacts> facts;
  private final Names names;
  private final long root;
  private final int rootGeneration;
  private final long now;
  private final List<String> log;

  LocalRepair(
      ChunkModel model,
      Map<Integer, ChunkFacts> facts,
      int rootGeneration,
      long now,
      List<String> log) {
    this.model = model;
    this.facts = facts;
    this.names = new Names(new NameHash(model.scan.reader().layout().hashKey()));
    this.root = model.scan.reader().layout().root();
    this.rootGeneration = rootGeneration;
    this.now = now;
    this.log = log;
  }

  /**
   * @param entered whether inodes get the names that entries in other chunks give them
   */
  void run(boolean entered) {
    ownInodes();
    lostInodes();
    new HeadRepair(model, HeadRepair.found(facts), log).run();
    flags();
    entries();
    backPointers();
    if (entered) {
      remoteNames();
    }
    oneNamePerDirectory();
    orphans();
    strays();
  }

  /** Index inodes, and the root directory where it belongs. */
  private void ownInodes() {
    for (int slot = ChunkGeometry.ORPHANS; slot <= ChunkGeometry.XREFS_IN; slot++) {
      long ino = Ino.of(model.chunk(), model.geometry.indexBlock(), slot);
      InodeModel there = model.get(ino);
      if (there == null || !there.index()) {
        InodeModel made = make(ino, 1, 0, InodeRecord.FLAG_INDEX);
        log.add("make index inode " + Names.show(made) + " anew");
      }
    }
    if (Ino.chunk(root) == model.chunk()) {
      InodeModel there = model.get(root);
      if (there == null || !there.directory()) {
        make(root, rootGeneration, Vfs.S_IFDIR | 0x1ED, 0);
        log.add("make the root directory anew");
      } else if (there.generation() != rootGeneration) {
        there.set(InodeRecord.GENERATION, rootGeneration);
        there.rewrite = true;
        log.add("give the root directory its generation");
      }
    }
  }

  private InodeModel make(long ino, int generation, int mode, int flags) {
    InodeModel made = new InodeModel(ino, new byte[InodeRecord.SIZE]);
    made.set(InodeRecord.GENERATION, generation);
    InodeRecord.MODE.set(made.record, 0, mode);
    InodeRecord.FLAGS.set(made.record, 0, flags);
    InodeRecord.ATIME.set(made.record, 0, now);
    InodeRecord.MTIME.set(made.record, 0, now);
    InodeRecord.CTIME.set(made.record, 0, now);
    InodeRecord.BTIME.set(made.record, 0, now);
    made.rewrite = true;
    model.inodes.put(ino, made);
    return made;
  }

  /** What is said about an inode that is lost. */
  private static final class Hint {
    int generation;
    int type;
    boolean parent;
    long end;
  }

  /** Inodes that entries, back pointers or data speak of. */
  private void lostInodes() {
    Map<Long, Hint> hints = new HashMap<>();
    for (InodeModel inode : model.inodes.values()) {
      for (Item entry : inode.of(ItemType.DIRENT)) {
        hint(
            hints,
            Items.Dirent.INO.get(entry.value(), 0),
            Items.Dirent.GENERATION.get(entry.value(), 0),
            Items.Dirent.TYPE.get(entry.value(), 0),
            false);
      }
      for (Item back : inode.of(ItemType.BACK_POINTER)) {
        hint(
            hints,
            Items.BackPointer.PARENT.get(back.value(), 0),
            Items.BackPointer.PARENT_GENERATION.get(back.value(), 0),
            Vfs.S_IFDIR >> 12,
            true);
      }
    }
    for (ChunkFacts other : facts.values()) {
      if (other.chunk() != model.chunk()) {
        for (Fact.Dirent entry : other.dirents()) {
          hint(hints, entry.target(), entry.generation(), entry.type(), false);
        }
        for (Fact.Back back : other.backs()) {
          hint(hints, back.parent(), back.parentGeneration(), Vfs.S_IFDIR >> 12, true);
        }
      }
    }
    for (int b = model.geometry.bodyStart(); b < model.geometry.bodyEnd(); b++) {
      Hint hint = hints.get(model.table.owner(b));
      if (hint != null
          && model.table.data(b)
          && model.table.trust(b) == BlockTable.Trust.GOOD
          && model.table.ownerGeneration(b) == hint.generation) {
        hint.end = Math.max(hint.end, model.table.logical(b) + 1);
      }
    }
    hints.forEach(this::makeAgain);
  }

  private void hint(Map<Long, Hint> hints, long ino, int generation, int type, boolean parent) {
    if (Ino.chunk(ino) != model.chunk()
        || !model.geometry.inBody(Ino.block(ino))
        || Ino.slot(ino) >= InodeRecord.PER_BLOCK
        || generation == 0
        || model.get(ino) != null) {
      return;
    }
    Hint hint = hints.computeIfAbsent(ino, _ -> new Hint());
    if (hint.generation == 0 || parent) {
      hint.generation = generation;
      hint.type = type;
      hint.parent |= parent;
    }
  }

  /** Only where the slot itself was lost: a free one was freed by its owner. */
  private void makeAgain(long ino, Hint hint) {
    int block = Ino.block(ino);
    boolean mayBe =
        model.table.trust(block) != BlockTable.Trust.GOOD
            || model.table.kind(block) == BlockKind.INODES.code()
                && (model.table.logical(block) >>> Ino.slot(ino) & 1) != 0;
    boolean directory = hint.type == Vfs.S_IFDIR >> 12;
    boolean file = hint.type == Vfs.S_IFREG >> 12;
    if (!mayBe || block == model.geometry.stateBlock() || !directory && !file) {
      return;
    }
    boolean own = block == model.geometry.indexBlock() && Ino.slot(ino) <= ChunkGeometry.XREFS_IN;
    if (own) {
      return;
    }
    InodeModel made = make(ino, hint.generation, hint.type << 12 | (directory ? 0x1C0 : 0x180), 0);
    InodeRecord.SIZE_BYTES.set(made.record, 0, file ? hint.end * 4096 : 0);
    log.add(
        "make %s %s anew, from what names and blocks say of it"
            .formatted(directory ? "directory" : "file", Ino.show(ino)));
  }

  private void flags() {
    for (InodeModel inode : model.inodes.values()) {
      byte[] record = inode.record;
      int type = inode.mode() >> 12;
      if (type != Vfs.S_IFBLK >> 12 && type != Vfs.S_IFCHR >> 12) {
        InodeRecord.RDEV.set(record, 0, 0);
      }
      if (!inode.continuation()) {
        InodeRecord.HEAD.set(record, 0, 0);
        InodeRecord.HEAD_GENERATION.set(record, 0, 0);
      }
      if (inode.directory() || inode.index() || inode.continuation()) {
        InodeRecord.SIZE_BYTES.set(record, 0, 0);
      }
      long size = InodeRecord.SIZE_BYTES.get(record, 0);
      InodeRecord.SIZE_BYTES.set(record, 0, Math.clamp(size, 0, Vfs.FILE_MAX));
      if (!inode.spread()) {
        InodeRecord.REMOTE_BLOCKS.set(record, 0, 0);
      }
      InodeRecord.RESERVED.set(record, 0, 0);
      InodeRecord.RESERVED2.set(record, 0, 0);
    }
  }

  private @Nullable InodeModel nameable(long ino, int generation) {
    InodeModel inode = model.get(ino);
    return inode == null
            || inode.generation() != generation
            || inode.index()
            || inode.continuation()
        ? null
        : inode;
  }

  /** Entries that lead to inodes of this chunk. */
  private void entries() {
    for (InodeModel dir : List.copyOf(model.inodes.values())) {
      long parent = dir.continuation() ? InodeRecord.HEAD.get(dir.record, 0) : dir.ino;
      int parentGeneration =
          dir.continuation() ? InodeRecord.HEAD_GENERATION.get(dir.record, 0) : dir.generation();
      for (Item entry : dir.of(ItemType.DIRENT)) {
        long target = Items.Dirent.INO.get(entry.value(), 0);
        if (Ino.chunk(target) == model.chunk()) {
          entry(dir, parent, parentGeneration, entry, target);
        }
      }
    }
  }

  private void entry(InodeModel dir, long parent, int parentGeneration, Item entry, long target) {
    byte[] name = Names.ofDirent(entry);
    InodeModel inode = nameable(target, Items.Dirent.GENERATION.get(entry.value(), 0));
    if (inode == null || inode.ino == root) {
      log.add("drop entry '%s' of directory %s".formatted(Names.show(name), Names.show(dir)));
      dir.remove(entry);
      return;
    }
    long g = Items.Dirent.G.get(entry.value(), 0);
    Item back = names.back(inode, parent, name);
    if (back == null) {
      if (inode.directory() && !inode.of(ItemType.BACK_POINTER).isEmpty()) {
        log.add("drop entry '%s', a second name of a directory".formatted(Names.show(name)));
        dir.remove(entry);
        return;
      }
      back = names.addBack(inode, parent, parentGeneration, name, g);
      log.add("give inode %s its back pointer '%s'".formatted(Names.show(inode), Names.show(name)));
      if (back == null) {
        dir.remove(entry);
        return;
      }
    }
    long backG = Items.BackPointer.G.get(back.value(), 0);
    long newer = Long.compareUnsigned(g, backG) > 0 ? g : backG;
    if (g != backG
        || Items.BackPointer.PARENT_GENERATION.get(back.value(), 0) != parentGeneration) {
      inode.put(
          Names.with(
              back,
              v -> {
                Items.BackPointer.G.set(v, 0, newer);
                Items.BackPointer.PARENT_GENERATION.set(v, 0, parentGeneration);
              }));
    }
    int type = inode.mode() >> 12;
    if (g != newer || Items.Dirent.TYPE.get(entry.value(), 0) != type) {
      dir.put(
          Names.with(
              entry,
              v -> {
                Items.Dirent.G.set(v, 0, newer);
                Items.Dirent.TYPE.set(v, 0, type);
              }));
    }
  }

  /** Back pointers whose directory is in this chunk, and not spread over others. */
  private void backPointers() {
    for (InodeModel inode : List.copyOf(model.inodes.values())) {
      for (Item back : Names.backs(inode)) {
        long parent = Items.BackPointer.PARENT.get(back.value(), 0);
        byte[] name = Names.ofBack(back);
        if (Ino.chunk(parent) != model.chunk() && inode.ino != root) {
          continue;
        }
        InodeModel dir = nameable(parent, Items.BackPointer.PARENT_GENERATION.get(back.value(), 0));
        if (dir != null && dir.spread() && names.dirent(dir, name) == null) {
          continue; // its entry may be in another chunk
        }
        Item entry = dir == null ? null : names.dirent(dir, name);
        if (dir == null
            || !dir.directory()
            || inode.ino == root
            || entry != null && Items.Dirent.INO.get(entry.value(), 0) != inode.ino) {
          log.add(
              "drop back pointer '%s' of inode %s".formatted(Names.show(name), Names.show(inode)));
          inode.remove(back);
        } else if (entry == null) {
          names.addDirent(
              dir,
              name,
              inode.ino,
              inode.generation(),
              inode.mode() >> 12,
              Items.BackPointer.G.get(back.value(), 0));
          log.add("enter '%s' in directory %s again".formatted(Names.show(name), Names.show(dir)));
        }
      }
    }
  }

  /** Names in other chunks whose inodes here have lost their back pointers. */
  private void remoteNames() {
    for (ChunkFacts other : facts.values()) {
      for (Fact.Dirent entry : other.chunk() == model.chunk() ? NONE : other.dirents()) {
        InodeModel inode = nameable(entry.target(), entry.generation());
        if (inode == null || inode.ino == root) {
          continue;
        }
        boolean named =
            inode.directory()
                ? !Names.backs(inode).isEmpty()
                : names.back(inode, entry.parent(), entry.name()) != null;
        int generation = generation(entry.parent());
        if (!named && generation != 0) {
          names.addBack(inode, entry.parent(), generation, entry.name(), entry.g());
          log.add(
              "give inode %s its back pointer '%s'"
                  .formatted(Names.show(inode), Names.show(entry.name())));
        }
      }
    }
  }

  /** Generation of a directory, wherever it is; 0: there is none, or it is not known. */
  private int generation(long ino) {
    InodeModel here = model.get(ino);
    if (here != null) {
      return here.directory() && !here.continuation() ? here.generation() : 0;
    }
    ChunkFacts there = facts.get(Ino.chunk(ino));
    ChunkFacts.Ident known = there == null ? null : there.inode(ino);
    return known == null || known.type() != Vfs.S_IFDIR >> 12 ? 0 : known.generation();
  }

  /** Of several names of a directory the newest stays. */
  private void oneNamePerDirectory() {
    for (InodeModel inode : model.inodes.values()) {
      List<Item> backs = Names.backs(inode);
      if (!inode.directory() || backs.size() < 2) {
        continue;
      }
      Item newest = backs.getFirst();
      for (Item back : backs) {
        if (Items.BackPointer.G.get(back.value(), 0) > Items.BackPointer.G.get(newest.value(), 0)) {
          newest = back;
        }
      }
      for (Item back : backs) {
        if (back != newest) {
          inode.remove(back);
          InodeModel dir = model.get(Items.BackPointer.PARENT.get(back.value(), 0));
          Item entry = dir == null ? null : names.dirent(dir, Names.ofBack(back));
          if (dir != null && entry != null) {
            dir.remove(entry);
          }
        }
      }
    }
  }

  private void orphans() {
    InodeModel index = model.own(ChunkGeometry.ORPHANS);
    for (Item item : index.of(ItemType.ORPHAN)) {
      InodeModel inode = model.get(item.major());
      boolean unlinked = Items.Orphan.REASON.get(item.value(), 0) == Items.Orphan.UNLINKED;
      if (inode == null
          || inode.generation() != Items.Orphan.GENERATION.get(item.value(), 0)
          || unlinked && !Names.backs(inode).isEmpty()) {
        log.add("drop the orphan entry of inode " + Ino.show(item.major()));
        index.remove(item);
      }
    }
  }

  /** Inodes that no name leads to. */
  private void strays() {
    InodeModel index = model.own(ChunkGeometry.ORPHANS);
    List<InodeModel> strays = new ArrayList<>();
    for (InodeModel inode : model.inodes.values()) {
      Item orphan = index.find(ItemType.ORPHAN, inode.ino, 0);
      boolean waits =
          orphan != null && Items.Orphan.REASON.get(orphan.value(), 0) == Items.Orphan.UNLINKED;
      if (!inode.index()
          && !inode.continuation()
          && inode.ino != root
          && Names.backs(inode).isEmpty()
          && !waits) {
        strays.add(inode);
      }
    }
    long place = LostFound.place(model);
    for (InodeModel stray : strays) {
      if (stray.ino != place) {
        adopt(stray);
      }
    }
    InodeModel lostFound = model.get(place);
    if (lostFound != null && Names.backs(lostFound).isEmpty()) {
      hang(lostFound);
    }
  }

  private void adopt(InodeModel stray) {
    InodeModel lostFound = lostFound();
    byte[] name =
        "#%d-%d-%d"
            .formatted(Ino.chunk(stray.ino), Ino.block(stray.ino), Ino.slot(stray.ino))
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    names.addDirent(lostFound, name, stray.ino, stray.generation(), stray.mode() >> 12, 0);
    names.addBack(stray, lostFound.ino, lostFound.generation(), name, 0);
    log.add("put inode %s into lost+found".formatted(Names.show(stray)));
  }

  private InodeModel lostFound() {
    long ino = LostFound.place(model);
    InodeModel there = model.get(ino);
    if (there != null && there.directory()) {
      return there;
    }
    int generation = 1;
    for (InodeModel inode : model.inodes.values()) {
      if (Integer.compareUnsigned(inode.generation(), generation) > 0) {
        generation = inode.generation();
      }
    }
    InodeModel made = make(ino, Generation.next(generation), Vfs.S_IFDIR | 0x1C0, 0);
    log.add("make directory lost+found of chunk " + model.chunk());
    return made;
  }

  /** Gives lost+found its name in the root directory; the entry there may be another chunk's. */
  private void hang(InodeModel lostFound) {
    InodeModel top = model.get(root);
    byte[] name = LostFound.name(model.chunk(), 0);
    for (int i = 1; top != null && names.dirent(top, name) != null && i < TAKEN; i++) {
      Item taken = names.dirent(top, name);
      if (taken == null || Items.Dirent.INO.get(taken.value(), 0) == lostFound.ino) {
        break;
      }
      name = LostFound.name(model.chunk(), i);
    }
    names.addBack(lostFound, root, rootGeneration, name, 0);
    if (top != null && names.dirent(top, name) == null) {
      names.addDirent(top, name, lostFound.ino, lostFound.generation(), lostFound.mode() >> 12, 0);
    }
  }

  /** Brings counts up to date, after the items are final. */
  static void counts(ChunkModel model, long root) {
    for (InodeModel inode : model.inodes.values()) {
      int backs = inode.continuation() || inode.index() ? 0 : Names.backs(inode).size();
      inode.set(InodeRecord.NLINK, inode.ino == root ? 1 : backs);
      InodeRecord.ENTRIES.set(inode.record, 0, inode.of(ItemType.DIRENT).size());
      if (inode.mode() >> 12 == Vfs.S_IFLNK >> 12) {
        long bytes = 0;
        for (Item item : inode.of(ItemType.INLINE)) {
          bytes += item.value().length;
        }
        InodeRecord.SIZE_BYTES.set(inode.record, 0, bytes);
      }
    }
  }
}
