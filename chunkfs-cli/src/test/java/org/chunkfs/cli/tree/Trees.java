package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.XattrMode;

/** Random trees of files, and what a tree is, to be compared. */
final class Trees {
  private static final int BLOCK = 4096;
  private static final String[] NAMES = {
    "a",
    "Ünïcödé",
    "with space",
    "-dash",
    "new\nline",
    "back\\slash",
    "..dots",
    "percent%3D=",
    "\u00e4"
  };

  private final SplittableRandom random;
  private final Vfs vfs;
  private final boolean rawNames;
  private final boolean special;
  private final List<Long> files = new ArrayList<>();
  private final boolean early;
  private int count;

  /**
   * @param rawNames whether names that are not UTF-8 may be there
   * @param special whether devices, hard links and extended attributes may be there
   * @param early whether times before 1970 may be there
   */
  Trees(long seed, Vfs vfs, boolean rawNames, boolean special, boolean early) {
    this.random = new SplittableRandom(seed);
    this.vfs = vfs;
    this.rawNames = rawNames;
    this.special = special;
    this.early = early;
  }

  /** Makes a tree below the root. */
  void make(int depth) throws IOException {
    fill(vfs.root(), depth);
    finish(vfs.root(), Vfs.S_IFDIR);
  }

  private byte[] name() {
    String name = NAMES[random.nextInt(NAMES.length)] + count++;
    byte[] bytes = Names.bytes(Names.rawOf(name));
    if (rawNames && random.nextInt(6) == 0) {
      byte[] odd = new byte[1 + random.nextInt(250)];
      random.nextBytes(odd);
      for (int i = 0; i < odd.length; i++) {
        odd[i] = odd[i] == '/' || odd[i] == 0 ? (byte) 0xFE : odd[i];
      }
      if (odd.length > 2) {
        return odd;
      }
    }
    return bytes;
  }

  private void fill(long directory, int depth) throws IOException {
    int entries = 1 + random.nextInt(6);
    for (int i = 0; i < entries; i++) {
      int what = random.nextInt(special ? 10 : 6);
      if (what < 2 && depth > 0) {
        long id = vfs.mkdir(directory, name(), creation(Vfs.S_IFDIR, 0)).id();
        fill(id, depth - 1);
        finish(id, Vfs.S_IFDIR);
      } else if (what == 2) {
        byte[] target = Names.bytes("../" + "x".repeat(random.nextInt(200)) + "/t");
        long id = vfs.symlink(directory, name(), target, creation(Vfs.S_IFLNK, 0)).id();
        finish(id, Vfs.S_IFLNK);
      } else if (what == 6 && !files.isEmpty()) {
        vfs.link(files.get(random.nextInt(files.size())), directory, name());
      } else if (what == 7) {
        int[] types = {Vfs.S_IFCHR, Vfs.S_IFBLK, Vfs.S_IFIFO};
        int type = types[random.nextInt(3)];
        int rdev = type == Vfs.S_IFIFO ? 0 : random.nextInt(1 << 20);
        finish(vfs.mknod(directory, name(), creation(type, rdev)).id(), type);
      } else {
        long id = vfs.create(directory, name(), creation(Vfs.S_IFREG, 0)).id();
        content(id);
        finish(id, Vfs.S_IFREG);
        files.add(id);
      }
    }
  }

  private Creation creation(int type, int rdev) {
    return new Creation(type | 0x1B0, random.nextInt(1 << 16), random.nextInt(3_000_000), rdev);
  }

  private void content(long id) throws IOException {
    int runs = random.nextInt(4);
    for (int i = 0; i < runs; i++) {
      byte[] bytes = new byte[1 + random.nextInt(3 * BLOCK)];
      random.nextBytes(bytes);
      long at = random.nextBoolean() ? random.nextInt(64) * (long) BLOCK : random.nextInt(99_999);
      vfs.write(id, at, ByteBuffer.wrap(bytes));
    }
    if (random.nextInt(3) == 0) {
      vfs.setattr(id, AttrChange.ofSize(random.nextInt(1 << 21)));
    }
  }

  private void finish(long id, int type) throws IOException {
    boolean plain = type == Vfs.S_IFREG || type == Vfs.S_IFDIR; // the host has them for these only
    if (special && plain && random.nextInt(3) == 0) {
      byte[] value = new byte[random.nextInt(300)];
      random.nextBytes(value);
      vfs.setxattr(id, Names.bytes("user.a=%25" + random.nextInt(9)), value, XattrMode.SET);
    }
    int mode = type == Vfs.S_IFLNK ? 0x1FF : random.nextInt(0x1000) | 0x100;
    long second = 1_000_000_000L;
    // Not every host's filesystem knows times before 1970.
    long first = early ? -second * 1_000_000_000L : 0;
    long mtime = random.nextLong(first, 4_000_000_000L * second);
    mtime = special ? mtime : mtime / 100 * 100; // as fine as zip can tell
    vfs.setattr(id, new AttrChange(mode, null, null, null, mtime / 100 * 100, mtime, null, null));
  }

  /** What a tree is: for each path everything that counts, in words. */
  static Map<String, String> describe(Vfs vfs, boolean holes) throws IOException {
    Map<String, String> all = new TreeMap<>();
    Map<Long, String> ids = new HashMap<>();
    new VfsSource(vfs, vfs.root(), "")
        .forEach((entry, content) -> {
          StringBuilder text = new StringBuilder();
          text.append(Integer.toOctalString(entry.mode())).append(' ');
          text.append(entry.uid()).append(':').append(entry.gid()).append(' ');
          text.append(entry.rdev()).append(' ').append(entry.size()).append(' ');
          // Looking at a link is an access to it, as the host counts.
          text.append(entry.symlink() != null ? "-" : entry.atime()).append(' ');
          text.append(entry.mtime()).append(' ');
          text.append(entry.symlink()).append(' ');
          text.append(entry.hardLink() != null).append(' ');
          new TreeMap<>(entry.xattrs())
              .forEach((k, v) -> text.append(k).append(java.util.Arrays.hashCode(v)));
          byte[] bytes = new byte[(int) entry.size()];
          content.copyTo((at, b) -> b.get(bytes, (int) at, b.remaining()));
          text.append(' ').append(java.util.Arrays.hashCode(bytes));
          if (holes) {
            text.append(' ').append(content.runs());
          }
          all.put(Names.show(entry.path()), text.toString());
        });
    return all;
  }
}
