package org.chunkfs.fsck.planted;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.torture.SampleImages;

/**
 * Uses an image as people do, at random; for an engine with a mistake in it, so that whatever comes
 * of it is an answer. Takes a seed; answers with the image's bytes.
 */
final class MutantMaker implements Function<Long, byte[]> {
  private static final Vfs.Creation FILE = new Vfs.Creation(0x1A4, 1, 2, 0);
  private static final Vfs.Creation DIRECTORY = new Vfs.Creation(0x1ED, 1, 2, 0);
  private static final int TOPS = 8;
  private static final int STEPS = 300;
  private static final int WIDE = 560;

  /** An entry that was made. */
  private record Entry(long dir, byte[] name, long id, boolean directory) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Long> directories = new ArrayList<>();
  private final byte[] content = new byte[1 << 20];

  @Override
  public byte[] apply(Long seed) {
    MemoryDevice device = null;
    Volume volume = null;
    try {
      SplittableRandom random = new SplittableRandom(seed);
      random.nextBytes(content);
      device = SampleImages.empty(seed);
      volume = SampleImages.open(device);
      use(volume, random, seed % 2 == 0);
      volume.syncfs();
      volume.upkeep().renewAll();
    } catch (IOException | RuntimeException | Error e) {
      // What is there by now is what is looked at.
    }
    byte[] left = device == null ? new byte[0] : bytes(device.snapshot());
    if (volume != null) {
      abandon(volume);
    }
    return left;
  }

  private static void abandon(Volume volume) {
    try {
      volume.abandon();
    } catch (IOException | RuntimeException | Error e) {
      // It has ended, somehow.
    }
  }

  private void use(Volume volume, SplittableRandom random, boolean wide) throws IOException {
    directories.add(volume.root());
    for (int i = 0; i < TOPS; i++) {
      make(volume, volume.root(), "top" + i, true);
    }
    if (wide) {
      long dir = directories.get(1);
      for (int i = 0; i < WIDE; i++) {
        make(volume, dir, "w" + i, false);
      }
      long large = make(volume, dir, "large", false);
      for (int at = 0; at < 5; at++) {
        volume.write(large, (long) at << 20, ByteBuffer.wrap(content));
      }
      for (int i = 0; i < 40; i++) {
        make(volume, dir, "v" + i, false);
      }
    }
    for (int i = 0; i < STEPS; i++) {
      try {
        step(volume, random, i);
      } catch (IOException | RuntimeException | Error e) {
        // It may be refused, or the mistake may show; what comes next is worth a look.
      }
    }
  }

  private long make(Volume volume, long dir, String name, boolean directory) throws IOException {
    byte[] raw = name.getBytes(US_ASCII);
    long id =
        directory ? volume.mkdir(dir, raw, DIRECTORY).id() : volume.create(dir, raw, FILE).id();
    entries.add(new Entry(dir, raw, id, directory));
    if (directory) {
      directories.add(id);
    }
    return id;
  }

  private void step(Volume volume, SplittableRandom random, int i) throws IOException {
    long dir = directories.get(random.nextInt(directories.size()));
    Entry of = entries.get(random.nextInt(entries.size()));
    String name = "n" + i;
    byte[] raw = name.getBytes(US_ASCII);
    switch (random.nextInt(12)) {
      case 0 -> make(volume, dir, name, true);
      case 1, 2 -> make(volume, dir, name, false);
      case 3, 4 -> volume.write(of.id, random.nextInt(40_000), piece(random));
      case 5 -> {
        volume.link(of.id, dir, raw);
        entries.add(new Entry(dir, raw, of.id, false));
      }
      case 6 -> {
        volume.rename(of.dir, of.name, dir, raw, Vfs.RenameMode.REPLACE);
        entries.remove(of);
        entries.add(new Entry(dir, raw, of.id, of.directory));
      }
      case 7 -> {
        Entry other = entries.get(random.nextInt(entries.size()));
        volume.rename(of.dir, of.name, other.dir, other.name, Vfs.RenameMode.REPLACE);
        entries.remove(of);
        entries.remove(other);
        entries.add(new Entry(other.dir, other.name, of.id, of.directory));
      }
      case 8 -> {
        Entry other = entries.get(random.nextInt(entries.size()));
        volume.rename(of.dir, of.name, other.dir, other.name, Vfs.RenameMode.EXCHANGE);
        entries.remove(of);
        entries.remove(other);
        entries.add(new Entry(other.dir, other.name, of.id, of.directory));
        entries.add(new Entry(of.dir, of.name, other.id, other.directory));
      }
      case 9, 10 -> {
        if (of.directory) {
          volume.rmdir(of.dir, of.name);
        } else {
          volume.unlink(of.dir, of.name);
        }
        entries.remove(of);
        directories.remove(of.id);
      }
      default ->
          volume.setattr(
              of.id,
              new Vfs.AttrChange(
                  null, null, null, (long) random.nextInt(60_000), null, null, 1L, null));
    }
  }

  private ByteBuffer piece(SplittableRandom random) {
    return ByteBuffer.wrap(content, random.nextInt(1000), 1 + random.nextInt(30_000));
  }

  private static byte[] bytes(MemoryDevice device) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate((int) device.size());
      device.read(0, bytes);
      return bytes.array();
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
