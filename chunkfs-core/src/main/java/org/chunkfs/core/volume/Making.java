package org.chunkfs.core.volume;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.ChunkTx;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.chunk.ItemMap;
import org.chunkfs.core.error.DeviceFullException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.jspecify.annotations.Nullable;

/** Making inodes and names. */
final class Making {
  /** Names that a lost+found tries if its own is taken. */
  private static final int OTHER_NAMES = 99;

  private static final int S_ISGID = 0x400;
  private static final int SYMLINK_MAX = 4095;

  private final Engine engine;
  private final Directories directories;
  private final HomeChoice homes;
  private final DirectorySplit splits;
  private final BufferPool buffers;

  Making(
      Engine engine,
      Directories directories,
      HomeChoice homes,
      DirectorySplit splits,
      BufferPool buffers) {
    this.engine = engine;
    this.directories = directories;
    this.homes = homes;
    this.splits = splits;
    this.buffers = buffers;
  }

  /** Makes a new inode in one of the chunks that it may go to. */
  @FunctionalInterface
  private interface Attempt<T extends @Nullable Object> {
    T in(int home, int beside) throws IOException;
  }

  /**
   * Makes an inode and its first name.
   *
   * @param mode type and permissions
   * @param target of a symbolic link, else null
   */
  Attr make(
      long dir, byte[] name, int mode, Creation creation, byte @Nullable [] target, long deadline)
      throws IOException {
    if (target != null && (target.length == 0 || target.length > SYMLINK_MAX)) {
      throw new FsException(
          target.length == 0 ? Reason.NOT_FOUND : Reason.NAME_TOO_LONG,
          "a link's target has 1 to 4095 bytes, not " + target.length);
    }
    return somewhere(
        dir,
        name,
        mode,
        deadline,
        (home, beside) ->
            engine.update(
                deadline,
                false,
                tx -> {
                  long id = make(tx, dir, name, mode, creation, home, null);
                  if (target != null) {
                    putTarget(tx.of(id), Ino.ofId(id), target);
                  }
                  return Attributes.read(tx.of(id), id);
                },
                Ino.chunk(dir),
                beside,
                home));
  }

  /**
   * Makes a regular file, its content and its first name in one commit.
   *
   * @param content 1 to {@link Vfs#WHOLE_MAX} bytes; its position stays
   * @return null if the file's chunk has no room for all of it
   */
  @Nullable Attr makeWhole(
      long dir, byte[] name, int mode, Creation creation, ByteBuffer content, long deadline)
      throws IOException {
    return somewhere(
        dir,
        name,
        mode,
        deadline,
        (home, beside) -> {
          while (true) {
            FreshContent fresh = store(home, content, deadline);
            if (fresh == null) {
              return null;
            }
            Attr made = null;
            try {
              made =
                  engine.<@Nullable Attr>update(
                      deadline,
                      false,
                      tx -> makeWhole(tx, dir, name, mode, creation, home, fresh),
                      Ino.chunk(dir),
                      beside,
                      home);
            } finally {
              if (made == null) {
                fresh.giveBack();
              }
            }
            if (made != null) {
              engine.wroteData(content.remaining());
              return made;
            }
          }
        });
  }

  /** Null if the content is in an incarnation of the chunk that has ended. */
  private @Nullable Attr makeWhole(
      Tx tx, long dir, byte[] name, int mode, Creation creation, int home, FreshContent fresh)
      throws IOException {
    if (!fresh.belongsTo(tx)) {
      return null;
    }
    long id = make(tx, dir, name, mode, creation, home, fresh);
    return Attributes.read(tx.of(id), id);
  }

  private @Nullable FreshContent store(int home, ByteBuffer content, long deadline)
      throws IOException {
    while (true) {
      try {
        return FreshContent.store(engine, buffers, home, content, deadline);
      } catch (DeviceFullException e) {
        throw Engine.hostFull(e);
      } catch (IOException e) {
        engine.answer(e, deadline);
      }
    }
  }

  private <T extends @Nullable Object> T somewhere(
      long dir, byte[] name, int mode, long deadline, Attempt<T> attempt) throws IOException {
    Names.checkNew(name);
    boolean directory = Attributes.isDirectory(mode);
    int beside = besideName(dir, name, deadline);
    HomeChoice.Attempts attempts = homes.attempts(dir, directory, directories.cookie(name), beside);
    while (true) {
      try {
        return attempt.in(attempts.home(), beside);
      } catch (FsException e) {
        if (e.reason() != Reason.NO_SPACE || e.chunk() < 0) {
          throw e;
        }
        attempts.full(e);
      }
    }
  }

  /**
   * The chunk that the name goes to, after a large directory in a crowded one was split a little.
   */
  private int besideName(long dir, byte[] name, long deadline) throws IOException {
    long cookie = directories.cookie(name);
    Continuations.Range range =
        engine.read(Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, cookie));
    if (!homes.crowded(Ino.chunk(range.partId()))) {
      return Ino.chunk(range.partId());
    }
    splits.keepRoom(dir, range, deadline);
    range = engine.read(Ino.chunk(dir), deadline, c -> directories.partOf(c, dir, cookie));
    return Ino.chunk(range.partId());
  }

  /** Returns the node id of the new inode. */
  private long make(
      Tx tx,
      long dir,
      byte[] name,
      int mode,
      Creation creation,
      int home,
      @Nullable FreshContent content)
      throws IOException {
    ChunkTx head = tx.of(dir);
    int at = Attributes.requireDirectory(head, dir);
    directories.requireLinked(head, dir);
    if (directories.find(tx, dir, name) != null) {
      throw Names.exists(name);
    }
    int gid = creation.gid();
    int withMode = mode;
    byte[] parent = Inodes.bytes(head, Ino.ofId(dir));
    if ((InodeRecord.MODE.get(parent, at) & S_ISGID) != 0) {
      gid = InodeRecord.GID.get(parent, at);
      withMode |= Attributes.isDirectory(mode) ? S_ISGID : 0;
    }
    int rdev = Vfs.isDevice(mode) ? creation.rdev() : 0;
    ChunkTx to = tx.chunk(home);
    long ino = Inodes.allocate(to, Ino.ofId(dir));
    long id = Attributes.init(to, ino, withMode, creation.uid(), gid, rdev, tx.now());
    if (content != null) {
      content.install(tx, ino);
    }
    directories.add(tx, dir, name, id, withMode >>> 12);
    return id;
  }

  private static void putTarget(ChunkTx to, long ino, byte[] target) throws IOException {
    for (int from = 0; from < target.length; from += Items.MAX_VALUE) {
      int end = Math.min(target.length, from + Items.MAX_VALUE);
      ItemMap.put(
          to, ino, ItemType.INLINE, from, 0, java.util.Arrays.copyOfRange(target, from, end));
    }
    InodeRecord.SIZE_BYTES.set(Inodes.edit(to, ino), Inodes.at(ino), target.length);
  }

  /** Gives an inode one more name. */
  Attr link(long id, long dir, byte[] name, long deadline) throws IOException {
    Names.checkNew(name);
    splits.keepRoom(dir, name, deadline);
    return engine.update(
        deadline,
        false,
        tx -> {
          ChunkTx head = tx.of(dir);
          Attributes.requireDirectory(head, dir);
          directories.requireLinked(head, dir);
          ChunkTx to = tx.of(id);
          int mode = Attributes.mode(to, id);
          if (Attributes.isDirectory(mode)) {
            throw new FsException(Reason.NOT_PERMITTED, "a directory has only one name");
          }
          int links = Attributes.nlink(to, id);
          if (links == 0) {
            throw new FsException(Reason.NOT_FOUND, "the inode has no name left");
          }
          if (links >= Vfs.LINK_MAX) {
            throw new FsException(
                Reason.TOO_MANY_LINKS, "the inode has " + links + " names already");
          }
          if (directories.find(tx, dir, name) != null) {
            throw Names.exists(name);
          }
          directories.add(tx, dir, name, id, mode >>> 12);
          return Attributes.read(to, id);
        },
        Ino.chunk(dir),
        Ino.chunk(id));
  }

  /**
   * Enters a directory that a repair made, and that has its back pointer already, in the directory
   * that this leads to; under another name if that one is taken. Does nothing if it is entered.
   */
  void enter(long id, long dir, byte[] name, long deadline) throws IOException {
    for (int i = 0; i <= OTHER_NAMES; i++) {
      byte[] as = i == 0 ? name : (new String(name, US_ASCII) + "-" + i).getBytes(US_ASCII);
      int beside = besideName(dir, as, deadline);
      boolean done =
          engine.update(
              deadline,
              false,
              tx -> enter(tx, id, dir, name, as),
              Ino.chunk(dir),
              beside,
              Ino.chunk(id));
      if (done) {
        return;
      }
    }
    throw new FsException(Reason.EXISTS, "every name for lost+found is taken");
  }

  private boolean enter(Tx tx, long id, long dir, byte[] name, byte[] as) throws IOException {
    ChunkTx to = tx.of(id);
    int type = Attributes.mode(to, id) >>> 12;
    DirEntry there = directories.find(tx, dir, as);
    if (there != null) {
      return there.id() == id;
    }
    long ino = Ino.ofId(id);
    long key = directories.backKey(to, id, Ino.ofId(dir), name);
    ItemMap.remove(to, ino, ItemType.BACK_POINTER, key, 0);
    byte[] b = Inodes.edit(to, ino);
    int at = Inodes.at(ino);
    InodeRecord.NLINK.set(b, at, InodeRecord.NLINK.get(b, at) - 1);
    directories.add(tx, dir, as, id, type);
    return true;
  }
}
