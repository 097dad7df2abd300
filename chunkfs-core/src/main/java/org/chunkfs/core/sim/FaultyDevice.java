package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.BlockKind;
import org.jspecify.annotations.Nullable;

/**
 * A device above another on which things go wrong as planned. The same faults, seed and operations
 * give the same damage; {@link #done} tells what was done.
 */
public final class FaultyDevice extends DelegatingDevice {
  /** Something that went wrong: what, to which operation, where. */
  public record Done(Fault.Kind kind, long position, int length, String detail) {}

  /** A fault and how often it was met. */
  private static final class Armed {
    final Fault fault;
    long met;

    Armed(Fault fault) {
      this.fault = fault;
    }
  }

  private final Object monitor = new Object();

  // Guarded by the monitor.
  private final SplittableRandom random;
  private final List<Armed> armed = new ArrayList<>();
  private final List<Done> done = new ArrayList<>();
  private long releases;
  private int hanging;

  /** A device on which nothing goes wrong yet. */
  public FaultyDevice(BlockDevice delegate, long seed) {
    super(delegate);
    this.random = new SplittableRandom(seed);
  }

  /** Adds a fault. */
  public void inject(Fault fault) {
    synchronized (monitor) {
      armed.add(new Armed(fault));
    }
  }

  /** Takes all faults away and lets go of what hangs. */
  public void heal() {
    synchronized (monitor) {
      armed.clear();
    }
    release();
  }

  /** Lets all operations that hang come back. */
  public void release() {
    synchronized (monitor) {
      releases++;
      monitor.notifyAll();
    }
  }

  /** How many operations hang now. */
  public int hanging() {
    synchronized (monitor) {
      return hanging;
    }
  }

  /** What went wrong until now, in order. */
  public List<Done> done() {
    synchronized (monitor) {
      return List.copyOf(done);
    }
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
    ByteBuffer view = dst.duplicate();
    spoil(position, view.remaining());
    if (media) {
      delegate.readMedia(position, dst);
    } else {
      delegate.read(position, dst);
    }
    byte[] bytes = new byte[view.remaining()];
    view.duplicate().get(bytes);
    for (Fault fault : due(position, bytes, k -> k.ofReads() && !k.ofMedium())) {
      switch (fault.kind()) {
        case READ_ERROR -> {
          note(fault, position, bytes.length, "");
          throw new DeviceException(
              "%s: read of %d bytes at %d fails as planned"
                  .formatted(this, bytes.length, position));
        }
        case READ_FLIP -> {
          int bit = flip(fault, position, bytes.length);
          view.put(
              view.position() + bit / 8,
              (byte) (view.get(view.position() + bit / 8) ^ 1 << bit % 8));
          note(fault, position, bytes.length, "bit " + bit);
        }
        case READ_HANG -> hang(fault, position, bytes.length);
        default -> delay(fault, position, bytes.length);
      }
    }
  }

  /** Changes the blocks on the medium that are about to be read and that a fault wants changed. */
  private void spoil(long position, int length) throws IOException {
    synchronized (monitor) {
      if (armed.stream().noneMatch(a -> a.fault.kind().ofMedium())) {
        return;
      }
    }
    long end = Math.min(size(), position + length);
    for (long at = position / BLOCK * BLOCK; at < end; at += BLOCK) {
      byte[] block = block(at);
      for (Fault fault : due(at, block, Fault.Kind::ofMedium)) {
        switch (fault.kind()) {
          case FLIPPED_BLOCK -> {
            int bit = flip(fault, at, BLOCK);
            block[bit / 8] ^= (byte) (1 << bit % 8);
            delegate.write(at, ByteBuffer.wrap(block));
            note(fault, at, BLOCK, "bit " + bit);
          }
          case ZEROED_BLOCK -> {
            delegate.write(at, ByteBuffer.allocate(BLOCK));
            note(fault, at, BLOCK, "");
          }
          default -> {
            long other = elsewhere(fault, at, BLOCK);
            byte[] there = block(other);
            delegate.write(other, ByteBuffer.wrap(block));
            delegate.write(at, ByteBuffer.wrap(there));
            note(fault, at, BLOCK, "with that at " + other);
          }
        }
      }
    }
  }

  private byte[] block(long position) throws IOException {
    byte[] block = new byte[BLOCK];
    delegate.read(position, ByteBuffer.wrap(block));
    return block;
  }

  /** A bit inside both the operation and the fault's range. */
  private int flip(Fault fault, long position, int length) {
    long first = Math.max(position, fault.from());
    long last = Math.min(position + length, fault.to());
    synchronized (monitor) {
      return (int) (first - position) * 8 + random.nextInt((int) (last - first) * 8);
    }
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    byte[] bytes = new byte[src.remaining()];
    src.duplicate().get(bytes);
    boolean written = false;
    for (Fault fault : due(position, bytes, Fault.Kind::ofWrites)) {
      switch (fault.kind()) {
        case WRITE_ERROR -> {
          note(fault, position, bytes.length, "");
          throw new DeviceException(
              "%s: write of %d bytes at %d fails as planned"
                  .formatted(this, bytes.length, position));
        }
        case LOST_WRITE -> {
          note(fault, position, bytes.length, "");
          written = true;
        }
        case TORN_WRITE -> {
          note(fault, position, bytes.length, "kept sectors " + torn(position, bytes));
          written = true;
        }
        case MISDIRECTED_WRITE -> {
          long to = elsewhere(fault, position, bytes.length);
          delegate.write(to, ByteBuffer.wrap(bytes));
          note(fault, position, bytes.length, "went to " + to);
          written = true;
        }
        case WRITE_HANG -> hang(fault, position, bytes.length);
        default -> delay(fault, position, bytes.length);
      }
    }
    if (written) {
      src.position(src.limit());
    } else {
      delegate.write(position, src);
    }
  }

  private String torn(long position, byte[] bytes) throws IOException {
    StringBuilder kept = new StringBuilder();
    for (int at = 0; at < bytes.length; at += CrashStates.SECTOR) {
      boolean keep;
      synchronized (monitor) {
        keep = random.nextBoolean();
      }
      if (keep) {
        int n = Math.min(CrashStates.SECTOR, bytes.length - at);
        delegate.write(position + at, ByteBuffer.wrap(bytes, at, n));
        kept.append(kept.isEmpty() ? "" : ",").append(at / CrashStates.SECTOR);
      }
    }
    return kept.toString();
  }

  private long elsewhere(Fault fault, long position, int length) {
    if (fault.amount() != 0) {
      return fault.amount() + position % BLOCK;
    }
    long end = Math.min(fault.to(), size()) - length;
    long places = Math.max(1, (end - fault.from()) / BLOCK + 1);
    synchronized (monitor) {
      long to = fault.from() + random.nextLong(places) * BLOCK + position % BLOCK;
      return to >= 0 && to + length <= size() ? to : position;
    }
  }

  @Override
  public void flush() throws IOException {
    List<Fault> due = new ArrayList<>();
    synchronized (monitor) {
      for (Armed a : armed) {
        if (a.fault.kind().ofFlushes() && goesWrong(a)) {
          due.add(a.fault);
        }
      }
    }
    for (Fault fault : due) {
      if (fault.kind() == Fault.Kind.FLUSH_HANG) {
        hang(fault, 0, 0);
      } else {
        note(fault, 0, 0, "");
        throw new DeviceException(this + ": flush fails as planned");
      }
    }
    delegate.flush();
  }

  private List<Fault> due(long position, byte[] bytes, Predicate<Fault.Kind> of) {
    List<Fault> due = new ArrayList<>();
    synchronized (monitor) {
      for (Armed a : armed) {
        Fault f = a.fault;
        if (of.test(f.kind())
            && f.touches(position, bytes.length)
            && holds(f.block(), bytes)
            && goesWrong(a)) {
          due.add(f);
        }
      }
    }
    return due;
  }

  private static boolean holds(@Nullable BlockKind kind, byte[] bytes) {
    if (kind == null) {
      return true;
    }
    for (int at = 0; at + BlockHeader.SIZE <= bytes.length; at += BLOCK) {
      boolean says = BlockHeader.MAGIC.get(bytes, at) == BlockHeader.MAGIC_VALUE;
      if (says ? BlockHeader.KIND.get(bytes, at) == kind.code() : kind == BlockKind.DATA) {
        return true;
      }
    }
    return false;
  }

  private static boolean goesWrong(Armed a) {
    long met = a.met++;
    return met >= a.fault.skip() && met - a.fault.skip() < a.fault.times();
  }

  private void note(Fault fault, long position, int length, String detail) {
    synchronized (monitor) {
      done.add(new Done(fault.kind(), position, length, detail));
    }
  }

  private void delay(Fault fault, long position, int length) {
    note(fault, position, length, fault.amount() + " ns");
    long until = System.nanoTime() + fault.amount();
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  /** Waits for a release, whatever interrupts come: a dead device does not care. */
  private void hang(Fault fault, long position, int length) {
    note(fault, position, length, "");
    boolean interrupted = false;
    synchronized (monitor) {
      long before = releases;
      hanging++;
      while (releases == before) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      hanging--;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
