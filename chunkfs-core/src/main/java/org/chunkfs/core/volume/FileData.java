package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.BlockReader;
import org.chunkfs.core.chunk.Inodes;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.volume.InodeLeases.Lease;

/**
 * The content of files: reading, writing, length, holes, preallocation, and giving it all back.
 * Reads of one file go on together, changes of it one at a time; different files do not wait for
 * each other. Deadlines are System.nanoTime() values.
 */
final class FileData {
  private final InodeLeases leases = new InodeLeases();
  private final FileReader reader;
  private final FileWriter writer;
  private final Truncation truncation;
  private final Trimming trimming;
  private final Preallocation preallocation;
  private final Seeking seeking;

  FileData(Engine engine, BufferPool buffers) {
    FileMap files = new FileMap(engine);
    BlockCheck check = new BlockCheck(engine, files);
    trimming = new Trimming(engine);
    reader = new FileReader(files, check, buffers);
    writer = new FileWriter(engine, files, check, buffers);
    truncation = new Truncation(engine, new Edge.Maker(engine, files, check, buffers), trimming);
    preallocation = new Preallocation(engine, files, truncation);
    seeking = new Seeking(files);
  }

  /**
   * Fills {@code dst} from a byte of the file on; returns bytes read, 0 at or past the end.
   *
   * @throws org.chunkfs.core.error.DataCorruptException if data is not what was written
   */
  int read(long id, long offset, ByteBuffer dst, long deadline) throws IOException {
    Lease lease = leases.shared(id, deadline);
    try {
      return reader.read(id, offset, dst, deadline);
    } finally {
      leases.release(lease);
    }
  }

  /**
   * Writes {@code src} at a byte of the file, which grows as needed; returns the bytes written,
   * fewer than asked only if what follows failed.
   */
  int write(long id, long offset, ByteBuffer src, long deadline) throws IOException {
    Lease lease = changing(id, deadline);
    try {
      return writer.write(lease, offset, src, deadline);
    } finally {
      leases.release(lease);
    }
  }

  /** Makes a file {@code size} bytes long, and changes its other attributes in the same commit. */
  Vfs.Attr truncate(long id, long size, Vfs.AttrChange change, long deadline) throws IOException {
    Lease lease = changing(id, deadline);
    try {
      return truncation.truncate(lease, size, change, deadline);
    } finally {
      leases.release(lease);
    }
  }

  void fallocate(long id, Vfs.FallocateMode mode, long offset, long length, long deadline)
      throws IOException {
    Lease lease = changing(id, deadline);
    try {
      preallocation.fallocate(lease, mode, offset, length, deadline);
    } finally {
      leases.release(lease);
    }
  }

  /** First byte at or after {@code offset} that is data, or in a hole; NO_SUCH_OFFSET. */
  long seek(long id, long offset, boolean hole, long deadline) throws IOException {
    Lease lease = leases.shared(id, deadline);
    try {
      return seeking.seek(id, offset, hole, deadline);
    } finally {
      leases.release(lease);
    }
  }

  /**
   * Finishes a TRIM entry of the orphan index that an earlier opening left; {@code from} and {@code
   * to} as it says. If that cannot be done now, the next change of the file does it.
   */
  void finishTrim(long id, long from, long to, long deadline) throws IOException {
    trimPending(id, from, to);
    leases.release(changing(id, deadline));
  }

  /** Remembers such an entry: whoever changes the file finishes it first. */
  void trimPending(long id, long from, long to) {
    trimming.pend(id, from, to);
  }

  /**
   * Frees an inode of any kind that has no names left, with all its data, items and parts, in
   * bounded steps, and takes it out of the orphan index. After a failure: call it again.
   *
   * @throws org.chunkfs.core.error.FsException STALE if it is gone
   */
  void freeAll(long id, long deadline) throws IOException {
    Lease lease = leases.exclusive(id, deadline);
    try {
      trimming.freeAll(lease, deadline);
    } finally {
      leases.release(lease);
    }
  }

  /**
   * Frees an inode of any kind inside the transaction that takes its last name, if it has little;
   * false: nothing was done, it must go into the orphan index and to {@link #freeAll}.
   */
  boolean freeSmall(Tx tx, long id) throws IOException {
    return trimming.freeSmall(tx, id);
  }

  /** What a file holds, its parts included, in units of 512 bytes. */
  static long blocks(BlockReader headChunk, long id) throws IOException {
    long ino = Ino.ofId(id);
    byte[] bytes = Inodes.bytes(headChunk, ino);
    int at = Inodes.at(ino);
    return (InodeRecord.BLOCKS.get(bytes, at) + InodeRecord.REMOTE_BLOCKS.get(bytes, at)) * 8;
  }

  private Lease changing(long id, long deadline) throws IOException {
    Lease lease = leases.exclusive(id, deadline);
    boolean settled = false;
    try {
      trimming.settle(lease, deadline);
      settled = true;
      return lease;
    } finally {
      if (!settled) {
        leases.release(lease);
      }
    }
  }
}
