package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.volume.ImageLayout;
import org.jspecify.annotations.Nullable;

/**
 * What was done to one image: written through it, so that it knows which bytes it changed and can
 * say so.
 */
public final class Damage {
  private static final int BLOCK = BlockHeader.BLOCK;

  private final Specimen specimen;
  private final ScratchDevice device;
  private final List<String> words = new ArrayList<>();
  private final TreeSet<Long> blocks = new TreeSet<>();
  private final Set<Integer> chunks = new TreeSet<>();
  private boolean sealed;
  private boolean stale;
  private @Nullable String soleField;

  Damage(Specimen specimen, ScratchDevice device) {
    this.specimen = specimen;
    this.device = device;
  }

  /** The spoiled image. */
  ScratchDevice device() {
    return device;
  }

  byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    device.read(position, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Overwrites bytes; false if they are the same already. */
  boolean write(long position, byte[] bytes) throws IOException {
    byte[] before = read(position, bytes.length);
    if (Arrays.equals(before, bytes)) {
      return false;
    }
    device.write(position, ByteBuffer.wrap(bytes));
    for (int i = 0; i < bytes.length; i++) {
      if (before[i] != bytes[i]) {
        long block = (position + i) / BLOCK * BLOCK;
        if (blocks.add(block)) {
          note(block);
        }
      }
    }
    return true;
  }

  private void note(long position) {
    ImageLayout layout = specimen.layout;
    int found = -1;
    for (int chunk = 0; chunk < layout.chunks(); chunk++) {
      long base = layout.base(chunk);
      if (position >= base && position < base + (long) layout.geometry(chunk).blocks() * BLOCK) {
        found = chunk;
      }
    }
    chunks.add(found);
  }

  /** Says what was done. */
  void say(String what) {
    words.add(what);
  }

  /** Makes the checksums right that belong to what was changed. */
  void seal() throws IOException {
    sealed = true;
    Sealer sealer = new Sealer(specimen, device);
    for (long block : List.copyOf(blocks)) {
      for (long at = block; at < block + BLOCK; at += BLOCK) {
        sealer.seal(at);
      }
    }
  }

  /** Makes the checksum right of what lies at a position. */
  void seal(long position) throws IOException {
    sealed = true;
    new Sealer(specimen, device).seal(position);
  }

  /** Remembers that nothing but one field was changed. */
  void only(String field) {
    soleField = field;
  }

  /** The field that alone was changed, {@code record.field}; null if it was more, or other. */
  @Nullable String soleField() {
    return soleField;
  }

  /** Whether checksums were recomputed. */
  boolean sealed() {
    return sealed;
  }

  /** Remembers that blocks became older versions of themselves. */
  void stale() {
    stale = true;
  }

  /** Whether blocks became older versions of themselves, as a lost write leaves them. */
  boolean isStale() {
    return stale;
  }

  /** Whether a byte that something relies on is another one now. */
  boolean live() throws IOException {
    byte[] was = new byte[BLOCK];
    for (long block : different()) {
      specimen.device.read(block, ByteBuffer.wrap(was));
      byte[] is = read(block, BLOCK);
      for (int i = Arrays.mismatch(was, is); i < BLOCK; i++) {
        if (was[i] != is[i] && specimen.live(block + i) != null) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether some bytes are not as they were. */
  boolean changed(long position, int length) throws IOException {
    byte[] was = new byte[length];
    specimen.device.read(position, ByteBuffer.wrap(was));
    return !Arrays.equals(was, read(position, length));
  }

  /** Positions of the blocks that are not as they were; what was changed twice may be. */
  List<Long> different() throws IOException {
    List<Long> different = new ArrayList<>();
    byte[] was = new byte[BLOCK];
    for (long block : blocks) {
      specimen.device.read(block, ByteBuffer.wrap(was));
      if (!Arrays.equals(was, read(block, BLOCK))) {
        different.add(block);
      }
    }
    return different;
  }

  /** Positions of the blocks that were changed, without those sealed only. */
  Set<Long> blocks() {
    return blocks;
  }

  /** The chunks in which something was changed; -1: outside of all. */
  Set<Integer> chunks() {
    return chunks;
  }

  /** What was done, in a sentence. */
  @Override
  public String toString() {
    return String.join("; ", words) + (sealed ? "; checksums recomputed" : "");
  }
}
