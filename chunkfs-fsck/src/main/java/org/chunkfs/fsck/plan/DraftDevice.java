package org.chunkfs.fsck.plan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;

/**
 * A device whose writes stay in memory, above one that is only read. Remembers what was written, in
 * order, and a fingerprint of every block that was read below: as long as that is the same, the
 * same work comes to the same writes.
 */
final class DraftDevice extends DelegatingDevice {
  private static final int BLOCK = BlockDevice.BLOCK;
  private static final int PER_SET = 1 << 20;

  /** Something that is to be done to the device below. */
  sealed interface Step permits Write, Flush {}

  record Write(long position, byte[] bytes) implements Step {}

  record Flush() implements Step {}

  private final TreeMap<Long, byte[]> content = new TreeMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<Long, BitSet> seen = new HashMap<>();
  private final long[] fingerprint = new long[4];
  private long bytesRead;

  DraftDevice(BlockDevice below) {
    super(below);
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    int length = dst.remaining();
    long first = position / BLOCK * BLOCK;
    long end = Math.min(size(), (position + length + BLOCK - 1) / BLOCK * BLOCK);
    byte[] whole = new byte[(int) (end - first)];
    delegate.read(first, ByteBuffer.wrap(whole));
    synchronized (this) {
      bytesRead += length;
      for (int at = 0; at < whole.length; at += BLOCK) {
        long block = (first + at) / BLOCK;
        note(block, whole, at);
        byte[] mine = content.get(block);
        if (mine != null) {
          System.arraycopy(mine, 0, whole, at, BLOCK);
        }
      }
    }
    if (position + length > end) {
      throw new java.io.EOFException("%s: a read to %d".formatted(this, position + length));
    }
    dst.put(whole, (int) (position - first), length);
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    read(position, dst);
  }

  /** Adds a block to the fingerprint, in any order but only once. */
  private void note(long block, byte[] bytes, int at) {
    BitSet set = seen.computeIfAbsent(block / PER_SET, _ -> new BitSet());
    int bit = (int) (block % PER_SET);
    if (set.get(bit)) {
      return;
    }
    set.set(bit);
    MessageDigest sha = sha256();
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, block));
    sha.update(bytes, at, BLOCK);
    ByteBuffer sum = ByteBuffer.wrap(sha.digest());
    for (int i = 0; i < fingerprint.length; i++) {
      fingerprint[i] += sum.getLong();
    }
  }

  @Override
  public synchronized void write(long position, ByteBuffer src) throws IOException {
    byte[] bytes = new byte[src.remaining()];
    src.get(bytes);
    long end = position + bytes.length;
    if (end > size()) {
      throw new java.io.EOFException("%s: a write to %d, behind the end".formatted(this, end));
    }
    for (long block = position / BLOCK; block * BLOCK < end; block++) {
      long from = Math.max(position, block * BLOCK);
      long to = Math.min(end, (block + 1) * BLOCK);
      byte[] whole = new byte[BLOCK];
      if (to - from < BLOCK) {
        read(block * BLOCK, ByteBuffer.wrap(whole));
      }
      System.arraycopy(
          bytes, (int) (from - position), whole, (int) (from - block * BLOCK), (int) (to - from));
      content.put(block, whole);
    }
    steps.add(new Write(position, bytes));
  }

  @Override
  public synchronized void flush() {
    steps.add(new Flush());
  }

  /** What is to be done, in order. */
  synchronized List<Step> steps() {
    return List.copyOf(steps);
  }

  /** Blocks that are written, once or more. */
  synchronized java.util.NavigableSet<Long> written() {
    return new java.util.TreeSet<>(content.keySet());
  }

  synchronized long bytesRead() {
    return bytesRead;
  }

  /** Of all blocks below that were read. */
  synchronized String fingerprint() {
    ByteBuffer all = ByteBuffer.allocate(32).order(ByteOrder.BIG_ENDIAN);
    for (long part : fingerprint) {
      all.putLong(part);
    }
    return HexFormat.of().formatHex(all.array());
  }

  /** Of the steps. */
  synchronized String changes() {
    MessageDigest sha = sha256();
    for (Step step : steps) {
      ByteBuffer head = ByteBuffer.allocate(2 * Long.BYTES);
      switch (step) {
        case Write write -> {
          head.putLong(0, write.position).putLong(Long.BYTES, write.bytes.length);
          sha.update(head);
          sha.update(write.bytes);
        }
        case Flush() -> sha.update(head.putLong(0, -1));
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
