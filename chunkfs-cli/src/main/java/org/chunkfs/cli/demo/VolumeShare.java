package org.chunkfs.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.chunkfs.cli.tree.PathWalker;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;
import org.chunkfs.core.volume.Vfs.RenameMode;

/** The image as the library shows it, where nothing can be mounted. */
final class VolumeShare implements Share {
  private static final int RW = 0x1A4;

  private final Vfs vfs;
  private final PathWalker walker;

  VolumeShare(Vfs vfs) {
    this.vfs = vfs;
    this.walker = new PathWalker(vfs);
  }

  @Override
  public byte[] read(String path) throws IOException {
    Attr file = walker.find(path);
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
    Attr made = vfs.create(walker.parent(path).id(), name(path), new Creation(RW, 0, 0, 0));
    write(made.id(), 0, content);
  }

  @Override
  public void append(String path, long at, byte[] more) throws IOException {
    write(walker.find(path).id(), at, more);
  }

  private void write(long id, long at, byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    for (int done = 0; done < bytes.length; ) {
      done += vfs.write(id, at + done, source.position(done));
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    vfs.rename(
        walker.parent(from).id(),
        name(from),
        walker.parent(to).id(),
        name(to),
        RenameMode.REPLACE);
  }

  @Override
  public void delete(String path) throws IOException {
    vfs.unlink(walker.parent(path).id(), name(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return walker.look(path, false) != null;
  }

  private static byte[] name(String path) {
    return path.substring(path.lastIndexOf('/') + 1).getBytes(UTF_8);
  }
}
