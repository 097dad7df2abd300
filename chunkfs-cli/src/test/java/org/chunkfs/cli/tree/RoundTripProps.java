package org.chunkfs.cli.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.output.Sentence;
import org.chunkfs.cli.tree.Archives.Format;
import org.chunkfs.core.sim.MemoryVfs;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.Creation;

/** A tree that is exported and imported again is the same tree. */
final class RoundTripProps {
  private static final Creation MISSING = new Creation(Vfs.S_IFDIR | 0x1ED, 0, 0, 0);

  private final Notes notes =
      new Notes(text -> {
        throw new AssertionError(text);
      });

  private static MemoryVfs tree(long seed, boolean rawNames, boolean special, boolean early)
      throws IOException {
    MemoryVfs vfs = new MemoryVfs(InstantSource.system());
    new Trees(seed, vfs, rawNames, special, early).make(3);
    return vfs;
  }

  private static void copy(TreeSource source, TreeSink sink) throws IOException {
    TreeCopy.run(source, sink, Progress.none());
  }

  private byte[] export(Vfs vfs, Format format) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (TreeSink sink = Archives.sink(archive, format, notes)) {
      copy(new VfsSource(vfs, vfs.root(), ""), sink);
    }
    return archive.toByteArray();
  }

  @Property(tries = 60, seed = "1003")
  void tarKeepsEverything(@ForAll long seed) throws IOException {
    MemoryVfs from = tree(seed, true, true, true);
    byte[] archive = export(from, Format.TAR);
    MemoryVfs to = new MemoryVfs(InstantSource.system());
    copy(
        Archives.tar(new ByteArrayInputStream(archive), notes),
        new VfsSink(to, to.root(), MISSING));
    assertThat(Trees.describe(to, true)).isEqualTo(Trees.describe(from, true));
  }

  @Property(tries = 4, seed = "1004")
  void compressedTarToo(@ForAll long seed) throws IOException {
    for (Format format : new Format[] {Format.TAR_GZ, Format.TAR_BZ2, Format.TAR_XZ}) {
      MemoryVfs from = tree(seed, true, true, true);
      byte[] archive = export(from, format);
      MemoryVfs to = new MemoryVfs(InstantSource.system());
      copy(
          Archives.tar(new ByteArrayInputStream(archive), notes),
          new VfsSink(to, to.root(), MISSING));
      assertThat(Trees.describe(to, true)).as("%s", format).isEqualTo(Trees.describe(from, true));
    }
  }

  @Property(tries = 20, seed = "1005")
  void zipKeepsWhatZipCan(@ForAll long seed) throws IOException {
    MemoryVfs from = tree(seed, false, false, true);
    Path file = Files.createTempFile("chunkfs", ".zip");
    try {
      Files.write(file, export(from, Format.ZIP));
      MemoryVfs to = new MemoryVfs(InstantSource.system());
      try (TreeSource source = Archives.source(file, notes, 0, 0)) {
        copy(source, new VfsSink(to, to.root(), MISSING));
      }
      Map<String, String> expected = new TreeMap<>(Trees.describe(from, false));
      Map<String, String> found = new TreeMap<>(Trees.describe(to, false));
      expected.remove("");
      found.remove("");
      assertThat(found).isEqualTo(expected);
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 15, seed = "1006")
  void directoriesKeepEverything(@ForAll long seed) throws IOException {
    Assume.that(HostFiles.supported() && HostFiles.uid() == 0);
    MemoryVfs from = tree(seed, true, true, false);
    Path directory = Files.createTempDirectory("chunkfs");
    try {
      copy(new VfsSource(from, from.root(), ""), new HostSink(directory, notes));
      MemoryVfs to = new MemoryVfs(InstantSource.system());
      copy(new HostSource(directory, "", notes), new VfsSink(to, to.root(), MISSING));
      assertThat(Trees.describe(to, false)).isEqualTo(Trees.describe(from, false));
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!Files.isSymbolicLink(path) || Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(path);
        }
      }
    }
  }

  /** Bytes that are no archive give a sentence, and so do archives that were damaged. */
  @Property(tries = 150, seed = "1007")
  void damagedArchivesAreRefusedOrRead(@ForAll long seed) throws IOException {
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    byte[] archive = export(tree(seed, true, true, true), Format.TAR);
    for (int i = 0; i < 10; i++) {
      archive[random.nextInt(archive.length)] = (byte) random.nextInt();
    }
    InputStream in = new ByteArrayInputStream(archive, 0, 1 + random.nextInt(archive.length));
    MemoryVfs to = new MemoryVfs(InstantSource.system());
    try {
      copy(Archives.tar(in, new Notes(_ -> {})), new VfsSink(to, to.root(), MISSING));
    } catch (IOException e) {
      assertThat(Sentence.of(e)).isNotBlank().doesNotContain("bug", "Exception");
    }
  }
}
