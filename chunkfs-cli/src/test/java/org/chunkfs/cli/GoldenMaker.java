package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes what testdata holds: bases that are not there yet, images, and expected outputs. */
final class GoldenMaker {
  private GoldenMaker() {}

  /** Makes the bases that are missing. */
  static void bases() throws IOException {
    Path bases = GoldenFiles.FORMAT.resolve("bases");
    Files.createDirectories(bases);
    for (String name : GoldenBases.NAMES) {
      Path archive = bases.resolve(name + ".tar.xz");
      if (Files.notExists(archive)) {
        Path work = Files.createTempDirectory("golden");
        GoldenBases.make(name, work);
        GoldenFiles.pack(work, archive);
        GoldenFiles.delete(work);
      }
    }
  }

  /** Makes an image where there is none, and what fsck says of it now. */
  static void make(GoldenCase one) throws IOException {
    Path work = Files.createTempDirectory("golden");
    try {
      List<Path> members;
      if (Files.notExists(one.image())) {
        members = one.build(work);
        GoldenFiles.pack(work, one.image());
      } else {
        members = GoldenFiles.unpack(one.image(), work);
      }
      Files.writeString(one.expected(false), one.run(work, members, false));
      Files.writeString(one.expected(true), one.run(work, members, true));
    } finally {
      GoldenFiles.delete(work);
    }
  }

  public static void main(String[] args) throws IOException {
    bases();
    for (GoldenCase one : GoldenCase.all()) {
      if (args.length == 0 || List.of(args).contains(one.name())) {
        try {
          make(one);
        } catch (Exception | AssertionError e) {
          System.out.println(one + ": " + e);
        }
      }
    }
  }
}
