package org.chunkfs.fsck.undo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.volume.Image;

/**
 * A device that saves what it overwrites, durably, before it overwrites it.
 *
 * <p>Writes are gathered and handed on in their order at the next flush, or when they are many: so
 * a saving costs two flushes of the undo file for all of them, not for each. What is gathered is
 * answered to reads. Nothing reaches the image that the undo file could not take back.
 */
public final class UndoDevice extends DelegatingDevice {
  private static final int BLOCK = UndoFormat.BLOCK;
  private static final int MOST_BLOCKS = 4096;

  private record Write(long position, byte[] bytes) {}

  private final UndoStore store;
  private final byte[] uuid;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Set<Long> saved = new HashSet<>(); // guarded by lock, as all that follows
  private final TreeMap<Long, byte[]> pending = new TreeMap<>();
  private final List<Write> writes = new ArrayList<>();
  private final List<UndoFormat.Entry> intents = new ArrayList<>();
  private long end = UndoFormat.RECORDS;
  private long sequence;

  private UndoDevice(Image image, UndoStore store) {
    super(image.device());
    this.store = store;
    this.uuid = image.layout().uuid();
  }

  /** Puts one before an image's device; the store is empty, and durable as such on return. */
  public static UndoDevice before(Image image, UndoStore store) throws IOException {
    UndoDevice device = new UndoDevice(image, store);
    device.header();
    device.header();
    return device;
  }

  /** Says up to where the file is complete; the records must be durable already. */
  private void header() throws IOException {
    UndoFormat.Header header = new UndoFormat.Header(uuid, delegate.size(), sequence, end);
    store.write(sequence % 2 * BLOCK, ByteBuffer.wrap(header.encode()));
    store.force();
    sequence++;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    read(position, dst, false);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    read(position, dst, true);
  }

  private void read(long position, ByteBuffer dst, boolean media) throws IOException {
    lock.readLock().lock();
    try {
      int start = dst.position();
      int length = dst.remaining();
      if (media) {
        delegate.readMedia(position, dst);
      } else {
        delegate.read(position, dst);
      }
      long first = position / BLOCK;
      long last = (position + length + BLOCK - 1) / BLOCK;
      pending
          .subMap(first, last)
          .forEach((block, bytes) -> {
            long from = Math.max(position, block * BLOCK);
            long to = Math.min(position + length, (block + 1) * BLOCK);
            int at = start + (int) (from - position);
            dst.put(at, bytes, (int) (from - block * BLOCK), (int) (to - from));
          });
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    lock.writeLock().lock();
    try {
      byte[] bytes = new byte[src.remaining()];
      src.get(bytes);
      long end = position + bytes.length;
      if (end > size()) {
        throw new java.io.EOFException("%s: a write to %d, behind the end".formatted(this, end));
      }
      for (long block = position / BLOCK; block * BLOCK < end; block++) {
        byte[] content = pending.get(block);
        content = content == null ? old(block) : content.clone();
        long from = Math.max(position, block * BLOCK);
        long to = Math.min(end, (block + 1) * BLOCK);
        System.arraycopy(
            bytes,
            (int) (from - position),
            content,
            (int) (from - block * BLOCK),
            (int) (to - from));
        pending.put(block, content);
        intents.add(UndoFormat.intent(block, content));
      }
      writes.add(new Write(position, bytes));
      if (pending.size() >= MOST_BLOCKS) {
        drain();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private byte[] old(long block) throws IOException {
    byte[] bytes = new byte[BLOCK];
    delegate.read(block * BLOCK, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Saves, then writes. */
  private void drain() throws IOException {
    if (writes.isEmpty()) {
      return;
    }
    long at = end;
    for (long block : pending.keySet()) {
      if (!saved.contains(block)) {
        at = append(at, UndoFormat.old(block, old(block)));
      }
    }
    for (UndoFormat.Entry intent : intents) {
      at = append(at, intent);
    }
    store.force();
    end = at;
    header();
    saved.addAll(pending.keySet());
    for (Write write : writes) {
      delegate.write(write.position, ByteBuffer.wrap(write.bytes));
    }
    writes.clear();
    intents.clear();
    pending.clear();
  }

  private long append(long at, UndoFormat.Entry entry) throws IOException {
    byte[] bytes = entry.encode(uuid);
    store.write(at, ByteBuffer.wrap(bytes));
    return at + bytes.length;
  }

  @Override
  public void flush() throws IOException {
    lock.writeLock().lock();
    try {
      drain();
      delegate.flush();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** How many blocks the file can take back. */
  public long blocks() {
    lock.readLock().lock();
    try {
      return saved.size();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Hands on what is gathered, makes all durable, and closes the store; the image stays open. */
  public void finish() throws IOException {
    flush();
    store.close();
  }
}
