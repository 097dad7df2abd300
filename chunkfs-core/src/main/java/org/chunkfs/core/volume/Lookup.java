package org.chunkfs.core.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items.XrefIn;
import org.chunkfs.core.volume.Vfs.Attr;
import org.jspecify.annotations.Nullable;

/**
 * Reading names: lookups, listings, parents.
 *
 * <p>A directory's map and its parts are read under different locks, and entries move between parts
 * meanwhile: what was not found in a part counts only if the map still says the same afterwards.
 */
final class Lookup {
  private static final int BATCH = 128;

  private final Engine engine;
  private final Directories directories;

  Lookup(Engine engine, Directories directories) {
    this.engine = engine;
    this.directories = directories;
  }

  /** What a lookup under one chunk's lock came to. */
  private record Step(
      @Nullable DirEntry entry, @Nullable Attr attr, Continuations.@Nullable Range elsewhere) {}

  Attr attr(long id, long deadline) throws IOException {
    return engine.read(Ino.chunk(id), deadline, c -> Attributes.read(c, id));
  }

  Attr lookup(long dir, byte[] name, long deadline) throws IOException {
    if (Names.isDot(name)) {
      return attr(requireDirectory(dir, deadline), deadline);
    }
    if (Names.isDotDot(name)) {
      return parent(dir, deadline);
    }
    Names.check(name);
    while (true) {
      Attr beside = besideFence(dir, name, deadline);
      if (beside != null) {
        return beside;
      }
      Step step = engine.read(Ino.chunk(dir), deadline, c -> inHead(c, dir, name));
      Continuations.Range range = step.elsewhere;
      if (range != null) {
        step =
            engine.read(Ino.chunk(range.partId()), deadline, c -> inPart(c, range.partId(), name));
      }
      if (step.attr != null) {
        return step.attr;
      }
      DirEntry entry = step.entry;
      if (entry == null) {
        if (range == null || range.equals(rangeNow(dir, name, deadline))) {
          throw Names.notFound(name);
        }
      } else {
        try {
          return attr(entry.id(), deadline);
        } catch (FsException e) {
          if (e.reason() != Reason.STALE || System.nanoTime() > deadline) {
            throw e;
          }
          requireChanged(dir, name, entry, deadline);
        }
      }
    }
  }

  /** An entry led to an inode that is gone: either the entry is gone too by now, or it dangles. */
  private void requireChanged(long dir, byte[] name, DirEntry entry, long deadline)
      throws IOException {
    Continuations.Range range = rangeNow(dir, name, deadline);
    DirEntry again =
        engine.read(
            Ino.chunk(range.partId()), deadline, c -> directories.find(c, range.partId(), name));
    if (again != null && again.g() == entry.g() && again.ino() == entry.ino()) {
      int chunk = Ino.chunk(range.partId());
      CorruptException dangling =
          new CorruptException(
              chunk,
              Ino.block(range.partId()),
              "chunk %d: the name '%s' in directory %s leads to inode %s, which is not there"
                  .formatted(
                      chunk, Names.show(name), Ino.show(Ino.ofId(dir)), Ino.show(entry.ino())));
      engine.chunks().suspect(chunk, String.valueOf(dangling.getMessage()));
      throw dangling;
    }
  }

  private Continuations.Range rangeNow(long dir, byte[] name, long deadline) throws IOException {
    return engine.read(
        Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, directories.cookie(name)));
  }

  private Step inHead(Chunk c, long dir, byte[] name) throws IOException {
    Continuations.Range range = directories.partOf(c, dir, directories.cookie(name));
    if (Ino.chunk(range.partId()) != c.id()) {
      return new Step(null, null, range);
    }
    return inPart(c, range.partId(), name);
  }

  private Step inPart(Chunk c, long part, byte[] name) throws IOException {
    try {
      Inodes.find(c, part);
    } catch (FsException e) {
      return new Step(null, null, null); // dropped meanwhile: the map will say so
    }
    DirEntry entry = directories.find(c, part, name);
    boolean here = entry != null && Ino.chunk(entry.ino()) == c.id();
    return new Step(entry, here && entry != null ? Attributes.read(c, entry.id()) : null, null);
  }

  private long requireDirectory(long dir, long deadline) throws IOException {
    engine.read(Ino.chunk(dir), deadline, c -> Attributes.requireDirectory(c, dir));
    return dir;
  }

  Attr parent(long dir, long deadline) throws IOException {
    long parent = engine.read(Ino.chunk(dir), deadline, c -> directories.parent(c, dir));
    return attr(parent, deadline);
  }

  /**
   * While the directory's chunk is out of service: the inode of that name, found by the inbound
   * cross references of the other chunks; null if it has to be asked the usual way.
   */
  private @Nullable Attr besideFence(long dir, byte[] name, long deadline) throws IOException {
    int out = Ino.chunk(dir);
    Chunks chunks = engine.chunks();
    if (out >= chunks.count() || !chunks.isOut(out)) {
      return null;
    }
    for (int i = 0; i < chunks.count(); i++) {
      ChunkSlot slot = chunks.slot(i);
      if (i == out || !slot.initialized || !slot.serves()) {
        continue;
      }
      try {
        Attr found = engine.read(i, deadline, c -> byBackPointer(c, dir, name));
        if (found != null) {
          return found;
        }
      } catch (ChunkUnavailableException e) {
        // another one that is out: what it holds cannot be found now
      }
    }
    return null;
  }

  private static @Nullable Attr byBackPointer(Chunk c, long dir, byte[] name) throws IOException {
    long parent = Ino.ofId(dir);
    ItemCursor x = new ItemCursor(c, Inodes.index(c, ChunkGeometry.XREFS_IN));
    boolean more = x.seek(ItemType.XREF_IN, parent, 0);
    while (more && x.at(ItemType.XREF_IN) && x.major() == parent) {
      byte[] b = x.require(XrefIn.SIZE).bytes();
      int at = x.valueAt();
      long target = XrefIn.TARGET.get(b, at);
      long id = Ino.id(target, XrefIn.TARGET_GENERATION.get(b, at));
      ItemCursor p = new ItemCursor(c, target);
      if ((XrefIn.PARENT_GENERATION.get(b, at) & 0xFFFF) == Ino.generationBits(dir)
          && isLive(c, id)
          && p.seek(ItemType.BACK_POINTER, XrefIn.BACK_KEY.get(b, at), 0)
          && p.at(ItemType.BACK_POINTER)
          && Directories.isBackPointer(p, parent, name)) {
        return Attributes.read(c, id);
      }
      more = x.next();
    }
    return null;
  }

  private static boolean isLive(Chunk c, long id) throws IOException {
    try {
      Inodes.find(c, id);
      return true;
    } catch (FsException e) {
      return false;
    }
  }

  /** Lists entries with cookies above {@code cookie} to {@code sink}, which is called unlocked. */
  void list(long dir, long cookie, Vfs.DirentSink sink, long deadline) throws IOException {
    long next = cookie + 1;
    while (next > 0) {
      long from = next;
      Continuations.Range range =
          engine.read(Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, from));
      long part = range.partId();
      List<DirEntry> batch;
      try {
        batch = engine.read(Ino.chunk(part), deadline, c -> entries(c, part, from, range.to()));
      } catch (FsException e) {
        batch = null;
      }
      boolean same =
          range.equals(
              engine.read(Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, from)));
      if (batch == null || !same) {
        if (System.nanoTime() > deadline) {
          throw new ChunkUnavailableException(
              Ino.chunk(dir), "the directory changes too fast to be listed; try again");
        }
        continue;
      }
      for (DirEntry e : batch) {
        if (!sink.accept(new Vfs.Dirent(e.name(), e.id(), e.ino(), e.type(), e.cookie()))) {
          return;
        }
      }
      if (batch.size() == BATCH) {
        next = batch.getLast().cookie() + 1;
      } else if (range.to() == Continuations.END) {
        return;
      } else {
        next = range.to();
      }
    }
  }

  private static List<DirEntry> entries(Chunk c, long part, long from, long to) throws IOException {
    Inodes.find(c, part);
    List<DirEntry> batch = new ArrayList<>();
    ItemCursor cursor = new ItemCursor(c, Ino.ofId(part));
    boolean more = cursor.seek(ItemType.DIRENT, from, 0);
    while (more
        && cursor.at(ItemType.DIRENT)
        && (cursor.major() < to || to == Continuations.END)
        && batch.size() < BATCH) {
      batch.add(DirEntry.at(cursor));
      more = cursor.next();
    }
    return batch;
  }

  /** A symbolic link's target. */
  byte[] readlink(long id, long deadline) throws IOException {
    return engine.read(
        Ino.chunk(id),
        deadline,
        c -> {
          if ((Attributes.mode(c, id) & Vfs.S_IFMT) != Vfs.S_IFLNK) {
            throw new FsException(Reason.INVALID, "not a symbolic link");
          }
          long ino = Ino.ofId(id);
          long size = InodeRecord.SIZE_BYTES.get(Inodes.bytes(c, ino), Inodes.at(ino));
          java.io.ByteArrayOutputStream target = new java.io.ByteArrayOutputStream();
          ItemCursor cursor = new ItemCursor(c, ino);
          boolean more = cursor.seek(ItemType.INLINE, 0, 0);
          while (more && cursor.at(ItemType.INLINE) && cursor.major() == target.size()) {
            target.write(cursor.bytes(), cursor.valueAt(), cursor.valueLength());
            more = cursor.next();
          }
          if (target.size() != size) {
            throw new CorruptException(
                c.id(),
                Ino.block(ino),
                "chunk %d inode %s: the link's target has %d bytes, expected %d"
                    .formatted(c.id(), Ino.show(ino), target.size(), size));
          }
          return target.toByteArray();
        });
  }
}
