package org.chunkfs.cli.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.Ino;
import org.jspecify.annotations.Nullable;

/**
 * The files that were put into the image, with what must be read back from each, and the
 * directories in which the demo may work. Filled by many threads, then only read.
 */
final class Corpus {
  /** Larger files may lie in chunks of which neither their path nor their number tells. */
  private static final long SURELY_WHOLE = 1 << 20;

  private final List<DemoFile> files = Collections.synchronizedList(new ArrayList<>());
  private final Map<Long, DemoFile> byIno = Collections.synchronizedMap(new HashMap<>());
  private final Map<Integer, String> workshops = Collections.synchronizedMap(new HashMap<>());

  void add(DemoFile file) {
    files.add(file);
    byIno.put(file.ino(), file);
  }

  /** Notes a directory of a chunk in which the demo may make and remove files. */
  void workshop(int chunk, String path) {
    workshops.putIfAbsent(chunk, path);
  }

  List<DemoFile> files() {
    return files;
  }

  /** The file with that inode number, or null if it is none of these. */
  @Nullable DemoFile byIno(long ino) {
    return byIno.get(ino);
  }

  /** A directory to work in for each chunk that has one. */
  Map<Integer, String> workshops() {
    return workshops;
  }

  long bytes() {
    return files.stream().mapToLong(DemoFile::size).sum();
  }

  /** The files for which no request goes through a chunk. */
  List<DemoFile> apartFrom(int chunk) {
    return files.stream().filter(f -> !f.way().get(chunk) && f.size() < SURELY_WHOLE).toList();
  }

  /** The files of a chunk. */
  List<DemoFile> in(int chunk) {
    return files.stream().filter(f -> Ino.chunk(f.ino()) == chunk).toList();
  }

  /** How many of the files each chunk holds. */
  Map<Integer, Integer> perChunk() {
    Map<Integer, Integer> count = new HashMap<>();
    for (DemoFile file : files) {
      count.merge(Ino.chunk(file.ino()), 1, Integer::sum);
    }
    return count;
  }

  /**
   * Claims another hash for one file than the one it has, so that a run of the demo can show that
   * it would notice.
   */
  void falsify(int index) {
    DemoFile f = files.get(index);
    byte[] wrong = f.sha256().clone();
    wrong[0] ^= 1;
    DemoFile lie = new DemoFile(f.path(), f.ino(), f.size(), wrong, f.directory(), f.way());
    files.set(index, lie);
    byIno.put(f.ino(), lie);
  }
}
