package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * Brings the two sides of names that cross chunks together, in the models of all chunks involved,
 * after those of continuations ({@link PartRepair}).
 *
 * <p>A name is what an entry and a back pointer say together. If one of the two is missing, it is
 * made, unless the inode or directory is gone, or the directory has another name already: then the
 * one that is there is dropped. Cross references follow from names. A chunk that cannot be read is
 * believed to have what others say of it.
 */
final class CrossRepair {
  private final TreeMap<Integer, ChunkModel> models;
  private final Set<Integer> unknown;
  private final Set<Integer> frozen;
  private final Names names;
  private final NameHash hash;
  private final List<String> log;
  private final ExpectedRefs refs;

  /** Parts of directories by their heads. */
  private final Map<Long, List<InodeModel>> parts = new HashMap<>();

  /**
   * @param models of all chunks in use that can be read
   * @param unknown chunks that cannot
   * @param frozen chunks whose models are not written: what is in them is right, and what would
   *     have to be made in them is given up on the other side
   */
  CrossRepair(
      TreeMap<Integer, ChunkModel> models,
      Set<Integer> unknown,
      Set<Integer> frozen,
      byte[] key,
      List<String> log) {
    this.models = models;
    this.unknown = unknown;
    this.frozen = frozen;
    this.hash = new NameHash(key);
    this.names = new Names(hash);
    this.log = log;
    this.refs = new ExpectedRefs(models);
  }

  void run() {
    for (ChunkModel model : models.values()) {
      if (!frozen.contains(model.chunk())) {
        new HeadRepair(model, HeadRepair.of(models), log).run();
      }
    }
    new PartMerge(models, frozen, names, log).run();
    new MapRebuild(models, frozen, log).run();
    new RangeRepair(models, frozen, names, log).run();
    new PartRepair(models, unknown, frozen, refs, log).run();
    for (ChunkModel model : models.values()) {
      for (InodeModel part : model.inodes.values()) {
        if (part.continuation() && part.directory()) {
          long head = InodeRecord.HEAD.get(part.record, 0);
          parts.computeIfAbsent(head, _ -> new ArrayList<>()).add(part);
        }
      }
    }
    each(inode -> inode.of(ItemType.DIRENT), this::entry);
    each(inode -> inode.of(ItemType.BACK_POINTER), this::back);
    refs.write();
  }

  private interface Action {
    void on(ChunkModel model, InodeModel inode, Item item);
  }

  private void each(Function<InodeModel, List<Item>> items, Action action) {
    for (ChunkModel model : models.values()) {
      for (InodeModel inode : List.copyOf(model.inodes.values())) {
        for (Item item : items.apply(inode)) {
          action.on(model, inode, item);
        }
      }
    }
  }

  private @Nullable InodeModel inode(long ino, int generation) {
    ChunkModel model = models.get(Ino.chunk(ino));
    InodeModel inode = model == null ? null : model.get(ino);
    return inode == null
            || inode.generation() != generation
            || inode.index()
            || inode.continuation()
        ? null
        : inode;
  }

  private boolean settled(int from, int to) {
    return settled(models, frozen, from, to);
  }

  /** Whether a reference is between chunks that are not repaired here. */
  static boolean settled(
      TreeMap<Integer, ChunkModel> models, Set<Integer> frozen, int from, int to) {
    return frozen.contains(from) && (frozen.contains(to) || !models.containsKey(to));
  }

  /** An entry for an inode of another chunk: its back pointer, or the end of it. */
  private void entry(ChunkModel model, InodeModel holder, Item entry) {
    byte[] v = entry.value();
    long target = Items.Dirent.INO.get(v, 0);
    if (Ino.chunk(target) == model.chunk() || settled(model.chunk(), Ino.chunk(target))) {
      return;
    }
    long parent = holder.continuation() ? InodeRecord.HEAD.get(holder.record, 0) : holder.ino;
    int parentGeneration =
        holder.continuation()
            ? InodeRecord.HEAD_GENERATION.get(holder.record, 0)
            : holder.generation();
    byte[] name = Names.ofDirent(entry);
    long g = Items.Dirent.G.get(v, 0);
    int generation = Items.Dirent.GENERATION.get(v, 0);
    if (unknown.contains(Ino.chunk(target))) {
      long key = keyOfOut(model, target, parent, entry);
      byte[] out = out(generation, parent, parentGeneration, entry.major(), g);
      refs.out(model.chunk(), new Item(ItemType.XREF_OUT.code(), target, key, out));
      return;
    }
    InodeModel inode = inode(target, generation);
    if (inode == null || target == model.scan.reader().layout().root()) {
      log.add("drop entry '%s', which leads nowhere".formatted(Names.show(name)));
      holder.remove(entry);
      return;
    }
    Item back = names.back(inode, parent, name);
    if (back == null && frozen.contains(Ino.chunk(target))) {
      log.add("drop entry '%s', which its inode does not know of".formatted(Names.show(name)));
      holder.remove(entry);
      return;
    }
    if (back == null && inode.directory() && !Names.backs(inode).isEmpty()) {
      log.add("drop entry '%s', a second name of a directory".formatted(Names.show(name)));
      holder.remove(entry);
      return;
    }
    if (back == null) {
      back = names.addBack(inode, parent, parentGeneration, name, g);
      log.add("give inode %s its back pointer '%s'".formatted(Names.show(inode), Names.show(name)));
    }
    if (back == null) {
      holder.remove(entry);
      return;
    }
    long backG = Items.BackPointer.G.get(back.value(), 0);
    long newer = Long.compareUnsigned(g, backG) > 0 ? g : backG;
    if (backG != newer
        || Items.BackPointer.PARENT_GENERATION.get(back.value(), 0) != parentGeneration) {
      inode.put(
          Names.with(
              back,
              b -> {
                Items.BackPointer.G.set(b, 0, newer);
                Items.BackPointer.PARENT_GENERATION.set(b, 0, parentGeneration);
              }));
    }
    if (g != newer || Items.Dirent.TYPE.get(v, 0) != inode.mode() >> 12) {
      holder.put(
          Names.with(
              entry,
              e -> {
                Items.Dirent.G.set(e, 0, newer);
                Items.Dirent.TYPE.set(e, 0, inode.mode() >> 12);
              }));
    }
    expect(model.chunk(), target, generation, parent, parentGeneration, entry.major(), back, newer);
  }

  private void expect(
      int chunk,
      long target,
      int generation,
      long parent,
      int parentGeneration,
      long cookie,
      Item back,
      long g) {
    byte[] out = out(generation, parent, parentGeneration, cookie, g);
    refs.out(chunk, new Item(ItemType.XREF_OUT.code(), target, back.major(), out));
    byte[] in = in(target, generation, parentGeneration, back.major(), chunk, g);
    refs.in(Ino.chunk(target), new Item(ItemType.XREF_IN.code(), parent, cookie, in));
  }

  private static byte[] out(
      int generation, long parent, int parentGeneration, long cookie, long g) {
    byte[] out = new byte[Items.XrefOut.SIZE];
    Items.XrefOut.TARGET_GENERATION.set(out, 0, generation);
    Items.XrefOut.PARENT.set(out, 0, parent);
    Items.XrefOut.PARENT_GENERATION.set(out, 0, parentGeneration);
    Items.XrefOut.COOKIE.set(out, 0, cookie);
    Items.XrefOut.G.set(out, 0, g);
    return out;
  }

  private static byte[] in(
      long target, int generation, int parentGeneration, long backKey, int chunk, long g) {
    byte[] in = new byte[Items.XrefIn.SIZE];
    Items.XrefIn.TARGET.set(in, 0, target);
    Items.XrefIn.TARGET_GENERATION.set(in, 0, generation);
    Items.XrefIn.PARENT_GENERATION.set(in, 0, parentGeneration);
    Items.XrefIn.BACK_KEY.set(in, 0, backKey);
    Items.XrefIn.CHUNK.set(in, 0, chunk);
    Items.XrefIn.G.set(in, 0, g);
    return in;
  }

  /**
   * The target cannot be asked for the key of its back pointer: what the outbound reference says,
   * or else what it is but for a collision of hashes.
   */
  private long keyOfOut(ChunkModel model, long target, long parent, Item entry) {
    for (Item item : model.own(ChunkGeometry.XREFS_OUT).of(ItemType.XREF_OUT)) {
      if (item.major() == target
          && Items.XrefOut.PARENT.get(item.value(), 0) == parent
          && Items.XrefOut.COOKIE.get(item.value(), 0) == entry.major()) {
        return item.minor();
      }
    }
    return hash.backKey(parent, Names.ofDirent(entry));
  }

  /** A back pointer whose entry is in another chunk: the entry, or the end of it. */
  private void back(ChunkModel model, InodeModel inode, Item back) {
    byte[] v = back.value();
    long parent = Items.BackPointer.PARENT.get(v, 0);
    byte[] name = Names.ofBack(back);
    if (unknown.contains(Ino.chunk(parent))) {
      if (!inKnownPart(parent, inode.ino, name)) {
        keepIn(model, inode, back);
      }
      return;
    }
    InodeModel head = inode(parent, Items.BackPointer.PARENT_GENERATION.get(v, 0));
    InodeModel holder = head == null ? null : holder(head, hash.cookie(name));
    if (settled(model.chunk(), Ino.chunk(holder == null ? parent : holder.ino))) {
      return;
    }
    if (head != null && holder == null) {
      if (unknown.contains(Ino.chunk(Names.part(head, hash.cookie(name))))) {
        keepIn(model, inode, back);
      } else if (!LostFound.is(model, inode, parent)) {
        drop(inode, back); // the part's chunk has nothing to do with this one
      }
      return;
    }
    if (head == null || holder == null || !holder.directory()) {
      drop(inode, back);
      return;
    }
    Item entry = names.dirent(holder, name);
    if (entry != null) {
      if (Items.Dirent.INO.get(entry.value(), 0) != inode.ino) {
        drop(inode, back);
        if (LostFound.is(model, inode, parent)) {
          enterLostFound(model, inode, head);
        }
      }
      return;
    }
    if (frozen.contains(Ino.chunk(holder.ino))) {
      if (!LostFound.is(model, inode, parent)) {
        drop(inode, back);
      }
      return;
    }
    long g = Items.BackPointer.G.get(v, 0);
    Item made = names.addDirent(holder, name, inode.ino, inode.generation(), inode.mode() >> 12, g);
    log.add("enter '%s' in directory %s again".formatted(Names.show(name), Names.show(head)));
    if (made == null) {
      drop(inode, back);
    } else if (Ino.chunk(holder.ino) != model.chunk()) {
      expect(
          Ino.chunk(holder.ino),
          inode.ino,
          inode.generation(),
          parent,
          head.generation(),
          made.major(),
          back,
          g);
    }
  }

  private void drop(InodeModel inode, Item back) {
    log.add(
        "drop back pointer '%s' of inode %s"
            .formatted(Names.show(Names.ofBack(back)), Names.show(inode)));
    inode.remove(back);
  }

  /** Whether the entry is in a part that was asked, though the head cannot be. */
  private boolean inKnownPart(long head, long ino, byte[] name) {
    for (InodeModel part : parts.getOrDefault(head, List.of())) {
      Item entry = names.dirent(part, name);
      if (entry != null && Items.Dirent.INO.get(entry.value(), 0) == ino) {
        return true;
      }
    }
    return false;
  }

  /** Somebody else has its name: it gets the next one. */
  private void enterLostFound(ChunkModel model, InodeModel lostFound, InodeModel head) {
    for (int i = 1; i < LocalRepair.TAKEN; i++) {
      byte[] name = LostFound.name(model.chunk(), i);
      InodeModel holder = holder(head, hash.cookie(name));
      if (holder == null || names.dirent(holder, name) != null) {
        continue;
      }
      Item back = names.addBack(lostFound, head.ino, head.generation(), name, 0);
      if (back != null && !frozen.contains(Ino.chunk(holder.ino))) {
        back(model, lostFound, back);
      }
      return;
    }
  }

  /**
   * The entry cannot be asked for: the inbound reference is as the back pointer says, and where the
   * entry is as the reference says, or else as it is but for a collision of hashes.
   */
  private void keepIn(ChunkModel model, InodeModel inode, Item back) {
    byte[] v = back.value();
    long parent = Items.BackPointer.PARENT.get(v, 0);
    long cookie = hash.cookie(Names.ofBack(back));
    int chunk = Ino.chunk(parent);
    for (Item item : model.own(ChunkGeometry.XREFS_IN).of(ItemType.XREF_IN)) {
      if (item.major() == parent
          && Items.XrefIn.TARGET.get(item.value(), 0) == inode.ino
          && Items.XrefIn.BACK_KEY.get(item.value(), 0) == back.major()) {
        cookie = item.minor();
        chunk = Items.XrefIn.CHUNK.get(item.value(), 0);
      }
    }
    int parentGeneration = Items.BackPointer.PARENT_GENERATION.get(v, 0);
    long g = Items.BackPointer.G.get(v, 0);
    byte[] in = in(inode.ino, inode.generation(), parentGeneration, back.major(), chunk, g);
    refs.in(model.chunk(), new Item(ItemType.XREF_IN.code(), parent, cookie, in));
  }

  /** The part of a directory that holds a cookie; null if it cannot be, or was not, asked. */
  private @Nullable InodeModel holder(InodeModel head, long cookie) {
    long part = Names.part(head, cookie);
    ChunkModel model = models.get(Ino.chunk(part));
    return model == null ? null : model.get(part);
  }
}
