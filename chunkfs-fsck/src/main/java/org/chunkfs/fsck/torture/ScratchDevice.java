package org.chunkfs.fsck.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.VolumeRecord;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.fsck.scan.ChunkMemory;

/**
 * A copy of an image that one case may spoil. It knows which chunks were written to, so that what
 * is known of the others need not be read again, and can note every write.
 */
final class ScratchDevice extends DelegatingDevice implements ChunkMemory {
  private static final int BLOCK = BlockHeader.BLOCK;

  /** A write in the order in which they came. */
  record Write(long position, byte[] bytes) {}

  private record Key(int chunk, long version, Object key) {}

  private final ImageLayout layout;
  private final Map<Object, Object> shared;
  private final Map<Key, Object> own = new HashMap<>();
  private final long[] versions;
  private final long[] atFirst;
  private final List<Write> writes = new ArrayList<>();
  private boolean noting;

  /**
   * @param copy a copy of the image, this device's from now on
   * @param shared what is known of chunks as they are in the sound image; for all its copies
   */
  ScratchDevice(BlockDevice copy, ImageLayout layout, ConcurrentHashMap<Object, Object> shared) {
    super(copy);
    this.layout = layout;
    this.shared = shared;
    this.versions = new long[layout.chunks()];
    this.atFirst = versions.clone();
  }

  private ScratchDevice(ScratchDevice from) {
    super(SampleImages.copy(from.delegate));
    this.layout = from.layout;
    this.shared = from.shared;
    this.versions = from.versions.clone();
    this.atFirst = versions.clone();
    this.own.putAll(from.own);
  }

  /** Another one with the same content. */
  synchronized ScratchDevice copy() {
    return new ScratchDevice(this);
  }

  /** Notes writes from now on. */
  void note() {
    noting = true;
  }

  /** The writes noted. */
  List<Write> writes() {
    return writes;
  }

  @Override
  public boolean prompt() {
    return delegate.prompt();
  }

  /** Whether anything in the chunk was written since the copy was made, volume records aside. */
  synchronized boolean touched(int chunk) {
    return versions[chunk] != atFirst[chunk];
  }

  @Override
  public synchronized void write(long position, ByteBuffer src) throws IOException {
    if (noting) {
      byte[] bytes = new byte[src.remaining()];
      src.duplicate().get(bytes);
      writes.add(new Write(position, bytes));
    }
    int length = src.remaining();
    delegate.write(position, src);
    for (int chunk = 0; chunk < versions.length; chunk++) {
      long base = layout.base(chunk);
      ChunkGeometry geometry = layout.geometry(chunk);
      boolean inside =
          position < base + (long) geometry.blocks() * BLOCK && position + length > base;
      if (inside && !record(position - base, length, geometry)) {
        versions[chunk]++;
      }
    }
  }

  /** Whether bytes of a chunk are all in the volume record's slots. */
  private static boolean record(long from, int length, ChunkGeometry geometry) {
    long start = (long) geometry.volumeRecord(0) * BLOCK;
    return from >= start && from + length <= start + 2L * VolumeRecord.BYTES;
  }

  @Override
  @SuppressWarnings("unchecked")
  public synchronized <T> T recall(int chunk, Object key, Supplier<T> read) {
    Key whole = new Key(chunk, versions[chunk], key);
    Map<?, Object> in = versions[chunk] == 0 ? shared : own;
    Object known = in.get(whole);
    if (known == null) {
      known = read.get();
      if (versions[chunk] == 0) {
        shared.put(whole, known);
      } else {
        own.put(whole, known);
      }
    }
    return (T) known;
  }
}
