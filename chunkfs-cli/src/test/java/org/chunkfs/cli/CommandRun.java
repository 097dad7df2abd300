package org.chunkfs.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the command line, in this process. */
record CommandRun(int exit, String out, String err) {
  static CommandRun of(Object... arguments) {
    return of(Main.commandLine(), arguments);
  }

  static CommandRun of(CommandLine line, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exit = line.execute(words);
    line.getOut().flush();
    line.getErr().flush();
    return new CommandRun(exit, out.toString(), err.toString());
  }

  /** The run, which must have been a success. */
  CommandRun done() {
    if (exit != 0) {
      throw new AssertionError("exit " + exit + ": " + err);
    }
    return this;
  }
}
