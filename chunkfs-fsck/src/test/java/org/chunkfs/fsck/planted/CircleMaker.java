package org.chunkfs.fsck.planted;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.torture.SampleImages;
import org.chunkfs.fsck.torture.SpreadDirectories;

/**
 * Fills an image with directories that are moved about, at last some of them below themselves: for
 * an engine that does not look at the ancestry. Takes a seed; answers with the image's bytes.
 */
final class CircleMaker implements Function<Long, byte[]> {
  /** Directories; each has a file. */
  static final int DIRECTORIES = 40;

  /** Files in one of them, if it is one that lies in several chunks. */
  static final int WIDE = 661;

  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 1, 2, 0);
  private static final int MOVES = 30;

  /** Of the files in the large one this one fills the chunk; the next ones go elsewhere. */
  private static final int FULL_AFTER = 600;

  private static final int MIB = 5;
  private static final int CIRCLES = 3;

  /** A directory, and where it is. */
  private static final class Dir {
    final long id;
    final byte[] name;
    Dir parent;

    Dir(long id, String name, Dir parent) {
      this.id = id;
      this.name = name.getBytes(US_ASCII);
      this.parent = parent;
    }

    boolean isIn(Dir above) {
      Dir at = this;
      for (int up = 0; up <= DIRECTORIES && at != above; up++) {
        at = at.parent;
      }
      return at == above;
    }
  }

  /** Whether one of the directories lies in several chunks. */
  static boolean isWide(long seed) {
    return seed % 2 == 0;
  }

  @Override
  public byte[] apply(Long seed) {
    try {
      MemoryDevice device = SampleImages.empty(seed);
      try (Volume volume = SampleImages.open(device)) {
        fill(volume, new SplittableRandom(seed), isWide(seed));
      }
      if (isWide(seed) && SpreadDirectories.of(device.snapshot()).isEmpty()) {
        throw new IllegalStateException("no directory lies in several chunks");
      }
      return bytes(device.snapshot());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fill(Volume volume, SplittableRandom random, boolean wide)
      throws IOException {
    Dir root = new Dir(volume.root(), "", null);
    root.parent = root;
    List<Dir> all = new ArrayList<>();
    for (int i = 0; i < DIRECTORIES; i++) {
      Dir parent = i < DIRECTORIES / 3 ? root : all.get(random.nextInt(all.size()));
      String name = "d" + i;
      long id = volume.mkdir(parent.id, name.getBytes(US_ASCII), DIRECTORY).id();
      volume.create(id, "file".getBytes(US_ASCII), FILE);
      all.add(new Dir(id, name, parent));
    }
    Dir large = all.getFirst();
    for (int i = 0; wide && i < WIDE; i++) {
      long file = volume.create(large.id, ("f" + i).getBytes(US_ASCII), FILE).id();
      if (i == FULL_AFTER) {
        byte[] content = new byte[1 << 20];
        random.nextBytes(content);
        for (int at = 0; at < MIB; at++) {
          volume.write(file, (long) at << 20, ByteBuffer.wrap(content));
        }
      }
    }
    for (int i = 0; i < MOVES; i++) {
      Dir dir = all.get(random.nextInt(all.size()));
      Dir to = all.get(random.nextInt(all.size()));
      if (!to.isIn(dir)) {
        move(volume, dir, to);
      }
    }
    int circles = 0;
    while (circles < CIRCLES) {
      Dir to = circles == 0 ? large : all.get(random.nextInt(all.size()));
      Dir top = to;
      for (int up = random.nextInt(4); up > 0 && top.parent != root; up--) {
        top = top.parent;
      }
      if (to.isIn(root)) {
        move(volume, top, to);
        circles++;
      } else if (random.nextInt(DIRECTORIES) == 0) {
        return; // not much is left that hangs in the root
      }
    }
  }

  private static void move(Volume volume, Dir dir, Dir to) throws IOException {
    if (dir.parent != to) {
      volume.rename(dir.parent.id, dir.name, to.id, dir.name, Vfs.RenameMode.REPLACE);
      dir.parent = to;
    }
  }

  private static byte[] bytes(MemoryDevice device) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) device.size());
    device.read(0, bytes);
    return bytes.array();
  }
}
