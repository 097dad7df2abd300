package org.chunkfs.cli;

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
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
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
