package org.chunkfs.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.chunkfs.cli.fuse.HostFiles;
import org.chunkfs.cli.output.Progress;
import org.chunkfs.cli.output.Sizes;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.cli.tree.Archives;
import org.chunkfs.cli.tree.HostSource;
import org.chunkfs.cli.tree.Notes;
import org.chunkfs.cli.tree.TreeCopy;
import org.chunkfs.cli.tree.TreeSource;
import org.chunkfs.cli.tree.VfsSink;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.FileDevice;
import org.chunkfs.core.device.Images;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.ChunkFs;
import org.chunkfs.core.volume.FormatOptions;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunkfs mkfs}: makes an image. */
@Command(
    name = "mkfs",
    customSynopsis =
        "chunkfs mkfs [-hq] [--size S] [--chunk-size S] [--label L] [-d DIR|ARCHIVE] [--force]"
            + " IMAGE...",
    description =
        "Makes an image in files, which are sparse, or on block devices. Sizes are bytes, or with"
            + " K, M, G or T.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs mkfs --size 1G disk.img",
      "  chunkfs mkfs --size 10G a.img b.img            two members of 5 GiB each",
      "  chunkfs mkfs --size 256M -d site.tar.gz site.img"
    })
public final class MkfsCommand extends ImageCommand {
  private static final String DEFAULT_SIZE = "1G";
  private static final int BLOCK = BlockDevice.BLOCK;

  private final InstantSource clock;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE...",
      hideParamSyntax = true,
      description = "The files or devices of the image.")
  private List<Path> members = List.of();

  @Option(
      names = {"-s", "--size"},
      paramLabel = "S",
      description =
          "Size of the image, all members together; 1G for new files, else what is there.")
  private @Nullable String size;

  @Option(
      names = {"-c", "--chunk-size"},
      paramLabel = "S",
      description = "Size of a chunk, 4M to 1G; about a hundredth of the image unless given.")
  private @Nullable String chunkSize;

  @Option(
      names = {"-L", "--label"},
      paramLabel = "L",
      description = "A name for the image, at most 64 bytes.")
  private String label = "";

  @Option(
      names = {"-d", "--fill"},
      paramLabel = "DIR|ARCHIVE",
      description = "Fill the image with a directory, or a tar or zip archive.")
  private @Nullable Path fill;

  @Option(
      names = {"-f", "--force"},
      description = "Overwrite whatever is there.")
  private boolean force;

  @Option(names = "--uuid", paramLabel = "UUID", description = "The image's UUID; else random.")
  private @Nullable String uuid;

  @Option(
      names = "--hash-seed",
      paramLabel = "SEED",
      description = "Draw the key of the name hash from a number; else it is random.")
  private @Nullable Long hashSeed;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print no summary.")
  private boolean quiet;

  /** What mkfs(8) passes to its helpers and means nothing here. */
  @Option(
      names = {"-v", "-V"},
      hidden = true)
  private boolean ignored;

  public MkfsCommand(VolumeOpener opener) {
    this(opener, InstantSource.system());
  }

  MkfsCommand(VolumeOpener opener, InstantSource clock) {
    super(opener);
    this.clock = clock;
  }

  @Override
  int run() throws IOException {
    FormatOptions options = argument(this::options);
    List<Path> created = new ArrayList<>();
    try {
      ImageLayout layout = make(options, created);
      int exit = fill == null ? DONE : fill(fill);
      if (!quiet) {
        summarize(layout);
      }
      return exit;
    } catch (IOException | RuntimeException e) {
      // What was not there before is not left behind half made.
      for (Path path : created) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  private FormatOptions options() {
    byte[] id = uuid == null ? random(16) : bytes(uuid);
    byte[] key = random(16);
    if (hashSeed != null) {
      new SplittableRandom(hashSeed).nextBytes(key);
    }
    long chunk = chunkSize == null ? 0 : size("--chunk-size", chunkSize);
    if (chunkSize != null && (chunk < 4 << 20 || chunk > 1 << 30 || chunk % BLOCK != 0)) {
      throw new IllegalArgumentException(
          "--chunk-size is %s; it must be 4M to 1G, in multiples of 4096.".formatted(chunkSize));
    }
    Instant now = clock.instant();
    return new FormatOptions(
        chunk,
        label,
        id,
        key,
        now.getEpochSecond() * 1_000_000_000 + now.getNano(),
        HostFiles.uid(),
        HostFiles.gid());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SecureRandom().nextBytes(bytes);
    if (length == 16) {
      bytes[6] = (byte) (bytes[6] & 0x0F | 0x40); // as RFC 9562 marks a random UUID
      bytes[8] = (byte) (bytes[8] & 0x3F | 0x80);
    }
    return bytes;
  }

  private static byte[] bytes(String text) {
    if (!text.matches("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}")) {
      throw new IllegalArgumentException("--uuid: '" + text + "' is no UUID.");
    }
    UUID id = UUID.fromString(text);
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static long size(String option, String text) {
    try {
      return Sizes.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  private ImageLayout make(FormatOptions options, List<Path> created) throws IOException {
    for (Path path : members) {
      refuseOccupied(path);
    }
    for (Path path : members) {
      if (Files.isRegularFile(path)) {
        FileDevice.open(path, Mode.READ_WRITE).close(); // refused where a mount has it, even forced
      }
    }
    long each = memberSize();
    for (Path path : members) {
      prepare(path, each, created);
    }
    try (BlockDevice device = Images.open(members, Mode.READ_WRITE)) {
      return ChunkFs.format(device, options);
    }
  }

  private void refuseOccupied(Path path) throws IOException {
    if (force || Files.notExists(path)) {
      return;
    }
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
    try (Image image = Image.open(List.of(path), Mode.READ_ONLY)) {
      throw new FileSystemException(
          path.toString(),
          null,
          "holds a chunkfs image (%s) already; --force overwrites it"
              .formatted(image.layout().uuidText()));
    } catch (ImageException e) {
      if (e.kind() != ImageException.Kind.NOT_AN_IMAGE) {
        throw new FileSystemException(
            path.toString(), null, "holds a chunkfs image already; --force overwrites it");
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // Too small or empty to be one; what it is is told below.
    }
    if (occupied(path)) {
      throw new FileSystemException(
          path.toString(), null, "exists and is not empty; --force overwrites it");
    }
  }

  /** A file of zeros is empty: that is how files for images are often made. */
  private static boolean occupied(Path path) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(1 << 20);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (start.hasRemaining() && channel.read(start) >= 0) {
        // up to the first MiB, where every filesystem has something
      }
    }
    for (int i = 0; i < start.position(); i++) {
      if (start.get(i) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Bytes of a member that is to be made or cut; 0: as it is. */
  private long memberSize() throws IOException {
    boolean allThere = true;
    for (Path path : members) {
      allThere &= Files.exists(path) && !(Files.isRegularFile(path) && Files.size(path) == 0);
    }
    if (size == null && allThere) {
      return 0;
    }
    String text = size == null ? DEFAULT_SIZE : size;
    long each = argument(() -> size("--size", text)) / members.size() / BLOCK * BLOCK;
    if (each < Images.MIN_MEMBER_SIZE) {
      throw usage("--size %s is too small; each member needs 5 MiB or more.".formatted(text));
    }
    return each;
  }

  private static void prepare(Path path, long each, List<Path> created) throws IOException {
    boolean there = Files.exists(path);
    if (there && (!Files.isRegularFile(path) || each == 0)) {
      return; // a device has the size it has
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!there) {
        created.add(path);
      }
      channel.truncate(0); // what was there becomes a hole
      channel.write(ByteBuffer.allocate(1), each - 1);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new FileSystemException(path.toString(), null, e.getMessage());
    }
  }

  private int fill(Path from) throws IOException {
    Notes notes = new Notes(this::complain);
    try (TreeSource source = Archives.source(from, notes, HostFiles.uid(), HostFiles.gid())) {
      long total = source instanceof HostSource host ? host.totalBytes() : 0;
      writing(
          members,
          vfs -> {
            try (Progress progress =
                quiet ? Progress.none() : Progress.onTerminal(err(), "filling", total)) {
              TreeCopy.run(source, new VfsSink(vfs, vfs.root(), ownDirectory(0x1ED)), progress);
            }
            return DONE;
          });
    }
    return notes.count() == 0 ? DONE : FAILED;
  }

  private void summarize(ImageLayout layout) {
    String chunk = Sizes.show((long) layout.chunkBlocks() * BLOCK);
    out()
        .printf(
            "%s: %s in %d chunks of %s%s%s, UUID %s%n",
            members.size() == 1 ? members.getFirst() : members.size() + " members",
            Sizes.show(layout.bytes()),
            layout.chunks(),
            chunk,
            members.size() == 1 ? "" : " on " + members.size() + " members",
            label.isEmpty() ? "" : ", label " + label,
            layout.uuidText());
  }
}
