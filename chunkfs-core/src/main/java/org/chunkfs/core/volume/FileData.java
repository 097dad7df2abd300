package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.chunkfs.core.chunk.*;
import org.chunkfs.core.format.*;

final class FileData {
  FileData(Engine e) {}

  int read(long id, long o, ByteBuffer d, long dl) throws IOException {
    throw new IOException();
  }

  int write(long id, long o, ByteBuffer d, long dl) throws IOException {
    throw new IOException();
  }

  void truncate(long id, long s, long dl) throws IOException {}

  void fallocate(long id, Vfs.FallocateMode m, long o, long l, long dl) throws IOException {}

  long seek(long id, long o, boolean h, long dl) throws IOException {
    return 0;
  }

  boolean freeSmall(Tx tx, long id) throws IOException {
    ChunkTx t = tx.of(id);
    ItemMap.freeTree(t, Ino.ofId(id), 100);
    Inodes.free(t, Ino.ofId(id));
    return true;
  }

  void freeAll(long id, long dl) throws IOException {}

  void finishTrim(long id, long f, long t, long dl) throws IOException {}

  void trimPending(long id, long f, long t) {}
}
