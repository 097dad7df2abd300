package org.chunkfs.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.chunkfs.cli.fsck.Terminal;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.device.DelegatingDevice;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.error.DeviceException;
import org.chunkfs.core.volume.Image;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * One folder of testdata: a damaged image, the script that made it of a base, and what fsck says of
 * it, twice.
 *
 * @param dir the folder
 * @param settings what the comments of the script say: {@code about, base, args, again, boot,
 *     leave, cut, second}
 */
record GoldenCase(Path dir, Map<String, String> settings) {
  private static final Pattern SETTING = Pattern.compile("# ([a-z]+): (.*)");
  private static final Pattern NUMBER = Pattern.compile("(?m)^\\[(\\d+)\\]");

  static GoldenCase read(Path dir) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    for (String line : Files.readAllLines(dir.resolve("script"))) {
      SETTING.matcher(line).results().forEach(m -> settings.put(m.group(1), m.group(2)));
    }
    return new GoldenCase(dir, settings);
  }

  static List<GoldenCase> all() throws IOException {
    List<GoldenCase> all = new ArrayList<>();
    try (Stream<Path> dirs = Files.list(GoldenFiles.FORMAT.resolve("cases"))) {
      for (Path dir : dirs.sorted().toList()) {
        all.add(read(dir));
      }
    }
    return all;
  }

  String name() {
    return dir.getFileName().toString();
  }

  @Override
  public String toString() {
    return name();
  }

  Path image() {
    return dir.resolve("image.tar.xz");
  }

  /** Plays the script on the base; returns the members. */
  List<Path> build(Path work) throws IOException {
    String base = settings.getOrDefault("base", "small");
    List<Path> members =
        GoldenFiles.unpack(GoldenFiles.FORMAT.resolve("bases").resolve(base + ".tar.xz"), work);
    List<String> words = new ArrayList<>();
    words.add("corrupt");
    words.add("--script");
    words.add(dir.resolve("script").toString());
    words.add(String.join(",", members.stream().map(Path::toString).toList()));
    CommandRun.of(words.toArray()).done();
    String cut = settings.get("cut");
    if (cut != null) {
      String[] parts = cut.split(" ");
      try (var channel =
          java.nio.channels.FileChannel.open(
              work.resolve(parts[0]), java.nio.file.StandardOpenOption.WRITE)) {
        channel.truncate(Long.parseLong(parts[1]));
      }
    }
    return members;
  }

  /** Members that fsck is given: all but the one that is to be missing. */
  List<Path> given(List<Path> members) {
    String leave = settings.get("leave");
    return members.stream().filter(m -> !m.getFileName().toString().equals(leave)).toList();
  }

  byte[] boot() {
    return "other".equals(settings.get("boot")) ? new byte[16] : GoldenBases.BOOT;
  }

  /** The output of a run, and its exit code as the last line; paths without their directory. */
  String run(Path work, List<Path> members, boolean second) {
    String args = settings.getOrDefault("args", "-y -f --data -v");
    List<Object> words = new ArrayList<>();
    words.addAll(Arrays.asList((second ? settings.getOrDefault("again", args) : args).split(" ")));
    words.addAll(given(members));
    CommandLine line =
        new CommandLine(
            new FsckCommand(
                new Nobody(), InstantSource.fixed(GoldenBases.NOW), boot(), this::open));
    CommandRun run = CommandRun.of(line, words.toArray());
    return (run.out() + run.err() + "exit " + run.exit() + "\n").replace(work + "/", "");
  }

  Image open(List<Path> members, Mode mode, long copy) throws IOException {
    Image image = Image.open(members, mode, copy);
    String unreadable = settings.get("unreadable");
    return unreadable == null
        ? image
        : Image.of(new BadPlace(image.device(), Long.parseLong(unreadable)));
  }

  /** A device with a block that cannot be read. */
  private static final class BadPlace extends DelegatingDevice {
    private final long bad;

    BadPlace(BlockDevice device, long bad) {
      super(device);
      this.bad = bad;
    }

    @Override
    public void read(long position, ByteBuffer dst) throws IOException {
      refuse(position, dst);
      super.read(position, dst);
    }

    @Override
    public void readMedia(long position, ByteBuffer dst) throws IOException {
      refuse(position, dst);
      super.readMedia(position, dst);
    }

    private void refuse(long position, ByteBuffer dst) throws DeviceException {
      if (position <= bad && bad < position + dst.remaining()) {
        throw new DeviceException("read of a bad block at " + bad);
      }
    }
  }

  Path expected(boolean second) {
    return dir.resolve(second ? "second.txt" : "first.txt");
  }

  /** Exit code of the second run. */
  int secondExit() {
    return Integer.parseInt(settings.getOrDefault("second", "0"));
  }

  /** Numbers of the problems that the first run has to name. */
  List<Integer> problems() throws IOException {
    return NUMBER
        .matcher(Files.readString(expected(false)))
        .results()
        .map(MatchResult::group)
        .map(m -> Integer.parseInt(m.substring(1, m.length() - 1)))
        .distinct()
        .toList();
  }

  /** A terminal with nobody at it. */
  private record Nobody() implements Terminal {
    @Override
    public boolean present() {
      return false;
    }

    @Override
    public @Nullable String ask(String question) {
      return null;
    }
  }
}
