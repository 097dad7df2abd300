package org.chunkfs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.chunkfs.cli.output.Sentence;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What the commands share: {@code --help}, and failures told in one sentence with exit code 1, or 2
 * when the arguments make no sense.
 */
abstract class Subcommand implements Callable<Integer> {
  /** Done, failed. A command line that makes no sense is picocli's 2. */
  static final int DONE = 0, FAILED = 1;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Does what the command is for; returns its exit code. */
  abstract int run() throws IOException;

  @Override
  public final Integer call() {
    try {
      int exit = run();
      out().flush();
      return exit;
    } catch (ParameterException e) {
      throw e;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      out().flush();
      complain(Sentence.of(e));
      if (System.getenv("CHUNKFS_TRACE") != null) {
        e.printStackTrace(err());
      }
      return failed();
    }
  }

  /** The exit code of a failure. */
  int failed() {
    return FAILED;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Says what went wrong, under the command's name. */
  final void complain(String sentence) {
    err().println("chunkfs " + spec.name() + ": " + sentence);
    err().flush();
  }

  /** The failure of a command line that makes no sense. */
  final ParameterException usage(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  /** Runs code whose {@link IllegalArgumentException} is about the command line. */
  final <T> T argument(ArgumentReader<T> reader) {
    try {
      return reader.read();
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  /** Makes sense of an argument. */
  @FunctionalInterface
  interface ArgumentReader<T> {
    T read();
  }
}
