package org.chunkfs.cli;

import java.io.PrintWriter;
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
  @Spec private CommandSpec spec;

  /** Runs the command line and exits with its exit code. */
  public static void main(String[] args) {
    String name = System.getProperty("chunkfs.argv0", "chunkfs");
    String[] words = withCommandOf(name, args);
    System.exit(commandLine(words).execute(words));
  }

  /**
   * The command line for some words. Setting up twenty commands takes longer than checking a small
   * image: a check does without the others.
   */
  private static CommandLine commandLine(String[] words) {
    return words.length > 0 && words[0].equals("fsck")
        ? configured(new CommandLine(new Main()).addSubcommand(new FsckCommand()))
        : commandLine();
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
    return configured(
        new CommandLine(new Main())
            .addSubcommand(new DemoCommand())
            .addSubcommand(new BenchCommand())
            .addSubcommand(new MkfsCommand(opener))
            .addSubcommand(new MountCommand(opener))
            .addSubcommand(new UmountCommand())
            .addSubcommand(new StatusCommand())
            .addSubcommand(new ChunkCommand())
            .addSubcommand(new LsCommand(opener))
            .addSubcommand(new CatCommand(opener))
            .addSubcommand(new StatCommand(opener))
            .addSubcommand(new FindCommand(opener))
            .addSubcommand(new CpCommand(opener))
            .addSubcommand(new RmCommand(opener))
            .addSubcommand(new MkdirCommand(opener))
            .addSubcommand(new ImportCommand(opener))
            .addSubcommand(new ExportCommand(opener))
            .addSubcommand(new InspectCommand(opener))
            .addSubcommand(new FsckCommand())
            .addSubcommand(new TortureCommand())
            .addSubcommand(new CorruptCommand()));
  }

  private static CommandLine configured(CommandLine line) {
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::refuse);
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
