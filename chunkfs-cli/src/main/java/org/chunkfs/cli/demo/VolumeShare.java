package org.chunkfs.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.RenameMode;

/**
 * The image as the library shows it, where nothing can be mounted; whichever opening of it there is
 * at the time.
 */
final class VolumeShare implements Share {
  private static final int RW = 0x1A4;

  private final Supplier<? extends Vfs> volume;

  VolumeShare(Supplier<? extends Vfs> volume) {
    this.volume = volume;
  }

  @Override
  public byte[] read(String path) throws IOException {
    Vfs vfs = volume.get();
    Attr file = new PathWalker(vfs).find(path);
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
    while (content.hasRemaining()) {
      if (vfs.read(file.id(), content.position(), content) <= 0) {
        return Arrays.copyOf(content.array(), content.position());
      }
    }
    return content.array();
  }

  @Override
  public void create(String path, byte[] content) throws IOException {
    Vfs vfs = volume.get();
    long parent = new PathWalker(vfs).parent(path).id();
    long id = vfs.create(parent, name(path), new Creation(RW, 0, 0, 0)).id();
    vfs.writeFully(id, 0, ByteBuffer.wrap(content));
  }

  @Override
  public void append(String path, long at, byte[] more) throws IOException {
    Vfs vfs = volume.get();
    vfs.writeFully(new PathWalker(vfs).find(path).id(), at, ByteBuffer.wrap(more));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Vfs vfs = volume.get();
    PathWalker walker = new PathWalker(vfs);
    vfs.rename(
        walker.parent(from).id(), name(from), walker.parent(to).id(), name(to), RenameMode.REPLACE);
  }

  @Override
  public void delete(String path) throws IOException {
    Vfs vfs = volume.get();
    vfs.unlink(new PathWalker(vfs).parent(path).id(), name(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return new PathWalker(volume.get()).look(path, false) != null;
  }

  private static byte[] name(String path) {
    return path.substring(path.lastIndexOf('/') + 1).getBytes(UTF_8);
  }
}
