package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.chunkfs.cli.damage.Change;
import org.chunkfs.cli.damage.Corrupter;
import org.chunkfs.cli.damage.Kind;
import org.chunkfs.cli.damage.Surgery;
import org.chunkfs.cli.damage.Target;
import org.chunkfs.cli.damage.UndoFile;
import org.chunkfs.cli.tree.ImagePath;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.Images;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.Image;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs corrupt}: damages an image on purpose. */
@Command(
    name = "corrupt",
    customSynopsis = {
      "chunkfs corrupt [-h] [--json] --seed S [--count N] [--kind K] [--target T] [--chunk N]"
          + " [--reseal] [--undo FILE] IMAGE",
      "chunkfs corrupt [--json] [--undo FILE] (--do OPERATION... | --script FILE) IMAGE",
      "chunkfs corrupt --list [--chunk N] IMAGE",
      "chunkfs corrupt --take-back FILE IMAGE"
    },
    description =
        "Damages structures of an image that is not mounted, says exactly what it did, and can take"
            + " it back. The same image and seed give the same damage. Operations do it to the"
            + " point, with all checksums made right unless they say raw: set SPOT FIELD VALUE,"
            + " flip SPOT BYTE, zero SPOT, noise SPOT SEED, copy SPOT SPOT, swap SPOT SPOT, drop"
            + " ITEM, add I TYPE MAJOR MINOR HEX; a SPOT is superblock:M, header:C.K, root:C.K,"
            + " volume:C.S, entry:C.S.I, ringmap:M, record:C.N, table:C.B, block:C.B, state:C,"
            + " inode:I, page:I:N, data:I:N or item:I:TYPE:N; I is a path or chunk.block.slot.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs corrupt --seed 7 --undo undo.json disk.img",
      "  chunkfs corrupt --seed 1 --target inode --kind field --reseal disk.img",
      "  chunkfs corrupt --do 'set inode:/etc/fstab nlink 7' disk.img",
      "  chunkfs corrupt --take-back undo.json disk.img"
    })
public final class CorruptCommand extends Subcommand {
  private static final int MOST_BYTES = 16;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "The image; several members separated by commas.")
  private String image = "";

  @Option(names = "--seed", paramLabel = "S", description = "A number that decides everything.")
  private @Nullable Long seed;

  @Option(
      names = "--do",
      arity = "1",
      paramLabel = "OPERATION",
      description = "Do this; may be given several times.")
  private List<String> operations = List.of();

  @Option(
      names = "--script",
      paramLabel = "FILE",
      description = "Do the operations in a file, one a line; lines with # are comments.")
  private @Nullable Path script;

  @Option(names = "--count", paramLabel = "N", description = "How many times; 1 unless given.")
  private int count = 1;

  @Option(
      names = "--kind",
      paramLabel = "K",
      description = "flip, zero, random, swap or field; any unless given.")
  private @Nullable Kind kind;

  @Option(
      names = "--target",
      paramLabel = "T",
      description =
          "superblock, header, volume, root, journal, table, inode, tree or data; any unless"
              + " given.")
  private @Nullable Target target;

  @Option(names = "--chunk", paramLabel = "N", description = "Only this chunk.")
  private int chunk = -1;

  @Option(
      names = "--reseal",
      description = "Make the structure's own checksum fit, so that only its meaning is wrong.")
  private boolean reseal;

  @Option(names = "--undo", paramLabel = "FILE", description = "Write how to take it back.")
  private @Nullable Path undo;

  @Option(
      names = "--take-back",
      paramLabel = "FILE",
      description = "Take back what --undo FILE was written for.")
  private @Nullable Path takeBack;

  @Option(names = "--list", description = "Only tell what there is to damage.")
  private boolean list;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  int run() throws IOException {
    List<Path> members = argument(() -> ImagePath.members(image));
    if (takeBack != null) {
      return takeBack(members, takeBack);
    }
    if (list) {
      return list(members);
    }
    if (script != null || !operations.isEmpty()) {
      return operate(members);
    }
    Long from = seed;
    if (from == null) {
      throw usage("Give a --seed: the damage is drawn from it, and can be made again.");
    }
    if (count < 1) {
      throw usage("--count is " + count + "; it must be 1 or more.");
    }
    try (Image open = Image.open(members, Mode.READ_WRITE)) {
      return damage(open, from);
    }
  }

  private int operate(List<Path> members) throws IOException {
    refuseUndo();
    List<String> todo = new ArrayList<>(Surgery.script(operations));
    if (script != null) {
      todo.addAll(Surgery.script(Files.readAllLines(script)));
    }
    List<Change> all = new ArrayList<>();
    try (Image open = Image.open(members, Mode.READ_WRITE)) {
      for (String operation : todo) {
        List<Change> changes = new ArrayList<>();
        try {
          changes.addAll(Surgery.plan(open, operation));
        } catch (IllegalArgumentException e) {
          throw usage(e.getMessage() + ".");
        }
        all.addAll(changes);
        if (undo != null) {
          UndoFile.write(undo, open.layout().uuidText(), all);
        }
        UndoFile.apply(open.device(), changes);
      }
      report(open, all);
    }
    return DONE;
  }

  private void refuseUndo() throws FileAlreadyExistsException {
    if (undo != null && Files.exists(undo)) {
      throw new FileAlreadyExistsException(undo.toString());
    }
  }

  private int damage(Image open, long from) throws IOException {
    checkChunk(open);
    refuseUndo();
    Corrupter corrupter = new Corrupter(open, chunk, from);
    List<Change> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Change> changes = corrupter.plan(target, kind, reseal);
      if (changes.isEmpty()) {
        throw new ImageException(
            ImageException.Kind.TOO_SMALL,
            "there is nothing of that kind to damage; chunkfs corrupt --list tells what there is");
      }
      all.addAll(changes);
      if (undo != null) {
        UndoFile.write(undo, open.layout().uuidText(), all);
      }
      UndoFile.apply(open.device(), changes);
    }
    report(open, all);
    return DONE;
  }

  private void report(Image open, List<Change> all) {
    if (json) {
      out().println(UndoFile.json(open.layout().uuidText(), all));
    } else {
      all.forEach(this::tell);
    }
  }

  private void checkChunk(Image open) throws ImageException {
    if (chunk >= open.layout().chunks()) {
      throw new ImageException(
          ImageException.Kind.WRONG_MEMBERS,
          "there is no chunk %d; the image has chunks 0 to %d"
              .formatted(chunk, open.layout().chunks() - 1));
    }
  }

  private void tell(Change change) {
    out()
        .printf(
            "%s: %s (byte %d of the image, %d bytes: %s -> %s)%n",
            change.place(),
            change.what(),
            change.position(),
            change.before().length,
            hex(change.before()),
            hex(change.after()));
  }

  private static String hex(byte[] bytes) {
    int most = Math.min(bytes.length, MOST_BYTES);
    return HexFormat.of().formatHex(bytes, 0, most) + (bytes.length > most ? "..." : "");
  }

  private int list(List<Path> members) throws IOException {
    try (Image open = Image.open(members, Mode.READ_ONLY)) {
      checkChunk(open);
      new Corrupter(open, chunk, 0)
          .count()
          .forEach((of, places) -> out().printf("%-12s %,d%n", of, places));
      return DONE;
    }
  }

  /** The image may be too damaged to be told as one, so only its bytes are asked for. */
  private int takeBack(List<Path> members, Path file) throws IOException {
    List<Change> changes = UndoFile.read(file);
    try (BlockDevice device = Images.open(members, Mode.READ_WRITE)) {
      UndoFile.takeBack(device, changes);
    }
    out().printf("%d changes taken back.%n", changes.size());
    return DONE;
  }
}
