package org.chunkfs.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Attr;
import org.chunkfs.core.volume.Vfs.Creation;

/**
 * Fills a volume with the files of the running JDK's modules, a top-level directory for each
 * module, so that they spread over the chunks; before that, a small working directory in every
 * chunk.
 */
final class JdkFill {
  private static final String WORK = "work-";
  private static final long BLOCK = 4096;

  private final Vfs vfs;
  private final Corpus corpus;
  private final Creation directory;
  private final Creation file;
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param most bytes that the files may take, in whole blocks; when it is reached, the remaining
   *     files are left out
   */
  JdkFill(Vfs vfs, Corpus corpus, long most, int uid, int gid) {
    this.vfs = vfs;
    this.corpus = corpus;
    this.most = most;
    this.directory = new Creation(0x1ED, uid, gid, 0);
    this.file = new Creation(0x1A4, uid, gid, 0);
  }

  /** A directory to work in, in each of so many chunks as far as they can be had. */
  void workshops(int chunks) throws IOException {
    for (int i = 1; i < chunks; i++) {
      String name = WORK + i;
      Attr made = vfs.mkdir(vfs.root(), name.getBytes(UTF_8), directory);
      corpus.workshop(Ino.chunk(made.ino()), name);
    }
  }

  /** Copies the modules, by several threads. */
  void run(int threads) throws IOException {
    Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
    ConcurrentLinkedQueue<Path> left = new ConcurrentLinkedQueue<>(children(modules));
    Crew crew = new Crew("fill");
    for (int i = 0; i < threads; i++) {
      crew.start(() -> {
        Path module;
        while ((module = left.poll()) != null && taken.get() < most) {
          copy(module, vfs.root(), way(vfs.root(), new BitSet()), "");
        }
      });
    }
    crew.join();
  }

  private static List<Path> children(Path of) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(of)) {
      stream.forEach(children::add);
    }
    return children;
  }

  private void copy(Path from, long into, BitSet way, String above) throws IOException {
    String name = from.getFileName().toString();
    String path = above + name;
    byte[] bytes = name.getBytes(UTF_8);
    if (Files.isDirectory(from)) {
      long made = vfs.mkdir(into, bytes, directory).id();
      BitSet through = way(made, way);
      for (Path child : children(from)) {
        copy(child, made, through, path + "/");
      }
      return;
    }
    byte[] content = Files.readAllBytes(from);
    if (taken.addAndGet((content.length + BLOCK - 1) & -BLOCK) > most) {
      return;
    }
    Attr made = vfs.create(into, bytes, file);
    vfs.writeFully(made.id(), 0, ByteBuffer.wrap(content));
    corpus.add(
        new DemoFile(
            path,
            made.ino(),
            content.length,
            Sha256.of(content),
            Ino.chunk(Ino.ofId(into)),
            way(made.id(), way)));
  }

  private static BitSet way(long id, BitSet above) {
    BitSet way = (BitSet) above.clone();
    way.set(Ino.chunk(Ino.ofId(id)));
    return way;
  }
}
