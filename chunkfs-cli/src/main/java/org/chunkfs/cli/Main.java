package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.chunkfs.cli.server.ServedVolume;
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
    System.exit(commandLine().execute(withCommandOf(name, args)));
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
    return new CommandLine(new Main())
        .addSubcommand(new MountCommand(Main::openVolume))
        .addSubcommand(new UmountCommand());
  }

  /** Where the engine gets plugged in, for mounts. */
  private static ServedVolume openVolume(
      List<Path> members, boolean readOnly, Map<String, String> options) throws IOException {
    throw new IOException("This chunkfs cannot open images yet.");
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
