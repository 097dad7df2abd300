package org.chunkfs.fsck.undo;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.Image;

/**
 * What {@link UndoDevice} saved, read back and believed only as a whole.
 *
 * <p>Taking back may be cut anywhere and begun again: each sector is at any time as it was, or as
 * the repair was going to make it, and an image in which one is neither was changed since.
 */
public final class UndoFile {
  private static final int BLOCK = UndoFormat.BLOCK;

  private final UndoStore store;
  private final UndoFormat.Header header;
  private final TreeMap<Long, Long> old = new TreeMap<>();
  private final Map<Long, List<byte[]>> intents = new HashMap<>();

  private UndoFile(UndoStore store, UndoFormat.Header header) {
    this.store = store;
    this.header = header;
  }

  /**
   * Reads and checks all of it.
   *
   * @throws FileSystemException if it is no undo file, or is not complete
   */
  public static UndoFile read(UndoStore store) throws IOException {
    UndoFormat.Header best = null;
    boolean looks = false;
    for (int slot = 0; slot < 2; slot++) {
      byte[] bytes = new byte[BLOCK];
      if (store.size() >= (slot + 1L) * BLOCK) {
        store.read((long) slot * BLOCK, ByteBuffer.wrap(bytes));
      }
      looks |= UndoFormat.looksLike(bytes);
      UndoFormat.Header found = UndoFormat.Header.decode(bytes);
      if (found != null && (best == null || found.sequence() > best.sequence())) {
        best = found;
      }
    }
    if (best == null) {
      throw new FileSystemException(
          store.toString(),
          null,
          looks
              ? "the undo file's headers are damaged; nothing was changed"
              : "is not an undo file of chunkfs fsck");
    }
    UndoFile file = new UndoFile(store, best);
    try {
      file.records();
    } catch (EOFException e) {
      throw new FileSystemException(
          store.toString(),
          null,
          "the undo file was cut short: it has %d bytes, %d are needed; nothing was changed"
              .formatted(store.size(), best.length()));
    }
    return file;
  }

  private void records() throws IOException {
    byte[] head = new byte[UndoFormat.RECORD_HEADER];
    long at = UndoFormat.RECORDS;
    while (at < header.length()) {
      store.read(at, ByteBuffer.wrap(head));
      int payload = UndoFormat.Entry.payload(head);
      UndoFormat.Entry entry = payload < 0 ? null : entry(at, payload);
      if (entry == null || (entry.block() + 1) * BLOCK > header.imageBytes()) {
        throw new FileSystemException(
            store.toString(),
            null,
            "the undo file is damaged at byte %d; nothing was changed".formatted(at));
      }
      if (entry.kind() == UndoFormat.OLD) {
        old.putIfAbsent(entry.block(), at);
      } else {
        List<byte[]> of = intents.computeIfAbsent(entry.block(), _ -> new ArrayList<>(2));
        if (of.stream().noneMatch(i -> Arrays.equals(i, entry.payload()))) {
          of.add(entry.payload());
        }
      }
      at += UndoFormat.RECORD_HEADER + payload;
    }
  }

  private UndoFormat.@org.jspecify.annotations.Nullable Entry entry(long at, int payload)
      throws IOException {
    byte[] bytes = new byte[UndoFormat.RECORD_HEADER + payload];
    store.read(at, ByteBuffer.wrap(bytes));
    return UndoFormat.Entry.decode(bytes, header.uuid());
  }

  private byte[] before(long block, long at) throws IOException {
    byte[] head = new byte[UndoFormat.RECORD_HEADER];
    store.read(at, ByteBuffer.wrap(head));
    UndoFormat.Entry entry = entry(at, Math.max(0, UndoFormat.Entry.payload(head)));
    if (entry == null) {
      throw new FileSystemException(
          store.toString(), null, "the undo file changed while it was read, at block " + block);
    }
    return entry.payload().length == 0 ? new byte[BLOCK] : entry.payload();
  }

  /** How many blocks it can take back. */
  public int blocks() {
    return old.size();
  }

  /**
   * Puts the image back byte for byte; durable on return. If it throws before writing, nothing is
   * changed; after that it can be called again.
   *
   * @throws ImageException if the file is of another image
   * @throws DeviceException if the image is not as the repair left it
   */
  public void takeBack(Image image) throws IOException {
    BlockDevice device = image.device();
    if (!Arrays.equals(header.uuid(), image.layout().uuid())
        || header.imageBytes() != device.size()) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "%s is of another image than %s; nothing was changed".formatted(store, device));
    }
    for (Map.Entry<Long, Long> e : old.entrySet()) {
      compare(device, e.getKey(), before(e.getKey(), e.getValue()));
    }
    for (Map.Entry<Long, Long> e : old.entrySet()) {
      device.write(e.getKey() * BLOCK, ByteBuffer.wrap(before(e.getKey(), e.getValue())));
    }
    device.flush();
  }

  private void compare(BlockDevice device, long block, byte[] before) throws IOException {
    byte[] now = new byte[BLOCK];
    device.read(block * BLOCK, ByteBuffer.wrap(now));
    byte[] sums = UndoFormat.intent(block, now).payload();
    for (int i = 0; i < UndoFormat.SECTORS; i++) {
      int at = i * UndoFormat.SECTOR;
      int end = at + UndoFormat.SECTOR;
      if (Arrays.equals(now, at, end, before, at, end)) {
        continue;
      }
      int crc = i * Integer.BYTES;
      boolean meant =
          intents.getOrDefault(block, List.of()).stream()
              .anyMatch(of -> Arrays.equals(of, crc, crc + 4, sums, crc, crc + 4));
      if (!meant) {
        throw new DeviceException(
            "the image was changed since %s was written: the bytes at %d are not what the repair"
                    .formatted(store, block * BLOCK + at)
                + " made of them; nothing was taken back");
      }
    }
  }
}
