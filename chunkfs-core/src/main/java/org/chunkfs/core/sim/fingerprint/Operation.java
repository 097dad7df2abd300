package org.chunkfs.core.sim.fingerprint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;

/**
 * The operations of the fingerprint, on a volume that was just opened and has nothing in memory.
 * MOUNT and FSCK are done by who runs them.
 */
enum Operation {
  /** With live records in the journals. */
  MOUNT("mount"),
  /** With empty journals: the first use of each chunk reads it. */
  MOUNT_CLEAN("mount, journals empty"),
  LOOKUP("lookup, stat, readdir"),
  READ("read"),
  WRITE("write"),
  CREATE("create"),
  UNLINK("unlink"),
  RENAME("rename across chunks"),
  FSYNC("fsync"),
  CHECKPOINT("checkpoint"),
  FSCK("fsck");

  private final String title;

  Operation(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** What has to be done before, without faults. */
  void prepare(Volume volume) throws IOException {
    if (this == FSYNC || this == CHECKPOINT) {
      long dir = volume.lookup(volume.root(), name(Scene.DIR)).id();
      volume.create(dir, name("made"), Scene.FILE);
      volume.write(volume.lookup(dir, name("made")).id(), 0, ByteBuffer.wrap(new byte[100]));
    }
  }

  /**
   * Does it.
   *
   * @return the answer in words, the same for the same tree
   */
  String run(Volume volume, int victim) throws IOException {
    long dir = this == CHECKPOINT ? 0 : volume.lookup(volume.root(), name(Scene.DIR)).id();
    return switch (this) {
      case LOOKUP -> {
        Vfs.Attr file = volume.lookup(dir, name(Scene.OLD));
        List<String> names = new ArrayList<>();
        volume.readdir(dir, 0, e -> names.add(new String(e.name(), StandardCharsets.US_ASCII)));
        yield volume.getattr(file.id()).size() + " " + names.stream().sorted().toList();
      }
      case READ -> {
        byte[] bytes = new byte[1 << 16];
        int n = volume.read(volume.lookup(dir, name(Scene.OLD)).id(), 0, ByteBuffer.wrap(bytes));
        yield n + " " + Arrays.hashCode(bytes);
      }
      case WRITE -> {
        byte[] bytes = new byte[10_000];
        Arrays.fill(bytes, (byte) 'w');
        long file = volume.lookup(dir, name(Scene.OLD)).id();
        yield String.valueOf(volume.write(file, 500, ByteBuffer.wrap(bytes)));
      }
      case CREATE -> String.valueOf(volume.create(dir, name("new"), Scene.FILE).size());
      case UNLINK -> {
        volume.unlink(dir, name(Scene.DOOMED));
        volume.quiesce(5_000);
        yield "gone";
      }
      case RENAME -> {
        long other = volume.lookup(volume.root(), name(Scene.OTHER)).id();
        volume.rename(dir, name(Scene.OLD), other, name("moved"), Vfs.RenameMode.REPLACE);
        yield "moved";
      }
      case FSYNC -> {
        volume.fsync(volume.lookup(dir, name("made")).id(), false);
        yield "durable";
      }
      case CHECKPOINT -> {
        volume.checkpoint(victim);
        yield "done";
      }
      case MOUNT, MOUNT_CLEAN, FSCK ->
          throw new IllegalStateException(title + " is not one of a volume");
    };
  }

  static byte[] name(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
