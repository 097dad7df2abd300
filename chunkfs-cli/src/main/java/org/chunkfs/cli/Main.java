package org.chunkfs.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.chunkfs.cli.server.EngineVolume;
import org.chunkfs.cli.server.VolumeOpener;
import org.chunkfs.core.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code chunkfs} program. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
    name = "chunkfs",
    description = "Makes, mounts, checks and repairs chunkfs images.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionLine.class)
public final class Main implements Runnable {
  /** In the order in which the help shows them. */
  static final List<String> COMMANDS =
      List.of(
          "demo", "bench", "mkfs", "mount", "umount", "status", "chunk", "ls", "cat", "stat",
          "find", "cp", "rm", "mkdir", "import", "export", "inspect", "fsck", "torture", "corrupt");

  @Spec private CommandSpec spec;

  /** Runs the command line and exits with its exit code. */
  public static void main(String[] args) {
    String name = System.getProperty("chunkfs.argv0", "chunkfs");
    String[] words = withCommandOf(name, args);
    System.exit(commandLine(words).execute(words));
  }

  /**
   * The command line for some words. Setting up twenty commands takes longer than listing a
   * directory: one that is named does without the others.
   */
  static CommandLine commandLine(String[] words) {
    boolean named = words.length > 0 && COMMANDS.contains(words[0]);
    return commandLine(EngineVolume::open, named ? List.of(words[0]) : COMMANDS);
  }

  /**
   * Returns the arguments with the command in front that the program's name stands for: {@code
   * mkfs.chunkfs} is {@code chunkfs mkfs}.
   */
  static String[] withCommandOf(String programName, String[] args) {
    if (!programName.endsWith(".chunkfs")) {
      return args;
    }
    // mount(8) also knows mount.fuse.chunkfs.
    String command = programName.substring(0, programName.indexOf('.'));
    return Stream.concat(Stream.of(command), Stream.of(args)).toArray(String[]::new);
  }

  static CommandLine commandLine() {
    return commandLine(EngineVolume::open);
  }

  /** The command line whose images are opened by {@code opener}. */
  static CommandLine commandLine(VolumeOpener opener) {
    return commandLine(opener, COMMANDS);
  }

  private static CommandLine commandLine(VolumeOpener opener, List<String> commands) {
    CommandLine line = new CommandLine(new Main());
    commands.forEach(name -> line.addSubcommand(command(name, opener)));
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::refuse);
  }

  private static Object command(String name, VolumeOpener opener) {
    return switch (name) {
      case "demo" -> new DemoCommand();
      case "bench" -> new BenchCommand();
      case "mkfs" -> new MkfsCommand(opener);
      case "mount" -> new MountCommand(opener);
      case "umount" -> new UmountCommand();
      case "status" -> new StatusCommand();
      case "chunk" -> new ChunkCommand();
      case "ls" -> new LsCommand(opener);
      case "cat" -> new CatCommand(opener);
      case "stat" -> new StatCommand(opener);
      case "find" -> new FindCommand(opener);
      case "cp" -> new CpCommand(opener);
      case "rm" -> new RmCommand(opener);
      case "mkdir" -> new MkdirCommand(opener);
      case "import" -> new ImportCommand(opener);
      case "export" -> new ExportCommand(opener);
      case "inspect" -> new InspectCommand(opener);
      case "fsck" -> new FsckCommand();
      case "torture" -> new TortureCommand();
      case "corrupt" -> new CorruptCommand();
      default -> throw new IllegalArgumentException("there is no command " + name);
    };
  }

  /** A command line that makes no sense is told in one sentence, without the whole help. */
  private static int refuse(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    String name = line.getCommandSpec().qualifiedName();
    String message = String.valueOf(e.getMessage()).strip();
    err.println(name + ": " + message + (message.matches("(?s).*[.?!]") ? "" : "."));
    if (!message.contains("--help")) {
      err.println("See " + name + " --help.");
    }
    err.flush();
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command? See chunkfs --help.");
  }

  /** The line that {@code --version} prints. */
  static final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"chunkfs " + Version.current()};
    }
  }
}
