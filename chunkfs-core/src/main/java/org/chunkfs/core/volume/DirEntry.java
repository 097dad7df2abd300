package org.chunkfs.core.volume;

import java.util.Arrays;
import org.chunkfs.core.chunk.ItemCursor;
import org.chunkfs.core.error.CorruptException;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.Items.Dirent;

/**
 * A directory entry as it stands in an item.
 *
 * @param ino inode it names
 * @param generation its generation
 * @param type file type, mode >> 12
 * @param g commit that made the name
 */
record DirEntry(byte[] name, long ino, int generation, int type, long cookie, long g) {
  /** Reads the DIRENT item that a cursor is at. */
  static DirEntry at(ItemCursor c) throws CorruptException {
    c.require(Dirent.NAME);
    byte[] b = c.bytes();
    int at = c.valueAt();
    int length = Dirent.NAME_LENGTH.get(b, at);
    c.require(Dirent.NAME + length);
    return new DirEntry(
        Arrays.copyOfRange(b, at + Dirent.NAME, at + Dirent.NAME + length),
        Dirent.INO.get(b, at),
        Dirent.GENERATION.get(b, at),
        Dirent.TYPE.get(b, at),
        c.major(),
        Dirent.G.get(b, at));
  }

  /** The item's value. */
  byte[] value() {
    byte[] value = new byte[Dirent.NAME + name.length];
    Dirent.INO.set(value, 0, ino);
    Dirent.GENERATION.set(value, 0, generation);
    Dirent.G.set(value, 0, g);
    Dirent.TYPE.set(value, 0, type);
    Dirent.NAME_LENGTH.set(value, 0, name.length);
    System.arraycopy(name, 0, value, Dirent.NAME, name.length);
    return value;
  }

  /** Node id of the inode it names. */
  long id() {
    return Ino.id(ino, generation);
  }

  boolean isDirectory() {
    return type == Vfs.S_IFDIR >> 12;
  }
}
